package views

import "plusultra.link/privacy/views/ui"

// LinkedService is a sign-in service on the security page, linked or ended.
type LinkedService struct {
	ID, Name    string
	Gone        bool            // it is not offered any more
	Gave        []ui.SummaryRow // what it told us
	Allowed     []string        // what the person allowed, in words
	Since, Used string
	Ended       string // when; empty while it lives
	Pending     bool   // the service has not answered yet
	Outcome     ui.AlertProps
}

// FinishSignUpPage asks somebody who came by a service for what it can't say.
type FinishSignUpPage struct {
	SignUpPage
	Service string
	Action  string
}
