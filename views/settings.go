package views

// SettingsPage is how the portal speaks to somebody: in which language, in which
// zone it says times, in which colours it comes.
type SettingsPage struct {
	Shell
	Zone string // the one that was chosen; empty: as the browser says
}
