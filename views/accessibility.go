package views

import "time"

// AccessibilityPage says how far everybody can use the portal, how that was
// found out, and whom to tell what is in the way.
type AccessibilityPage struct {
	Shell
	Company string   // who runs this portal
	Contact string   // the company's e-mail address
	Post    []string // lines of its postal address
	Checked time.Time
}
