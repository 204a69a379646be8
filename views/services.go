package views

import "time"

// ServiceOutcome is how the end of a link went at the service.
type ServiceOutcome string

// The outcomes of a revocation.
const (
	ServicePending     ServiceOutcome = "pending" // the service has not answered yet
	ServiceRevoked     ServiceOutcome = "revoked"
	ServiceAlreadyGone ServiceOutcome = "already-gone"
	ServiceUnsupported ServiceOutcome = "unsupported"
	ServiceFailed      ServiceOutcome = "failed"
)

// LinkedService is a sign-in service on the security page, linked or ended.
type LinkedService struct {
	ID, Name    string
	Gone        bool           // it is not offered any more
	Paused      bool           // it signs nobody in until it is kept
	Gave        []ServiceClaim // what it told us
	Allowed     []string       // what the person allowed, in words
	Since, Used time.Time
	Ended       time.Time // zero while it lives
	Outcome     ServiceOutcome
}

// ServiceClaim is one thing that a service told us, in words.
type ServiceClaim struct{ Name, Value string }

// FinishSignUpPage asks somebody who came by a service for what it can't say.
type FinishSignUpPage struct {
	SignUpPage
	Service string
	Action  string
}
