package request

import "plusultra.link/privacy/internal/deadline"

// Confirmation is by when the law wants it confirmed that a request was received, with
// the rule that says so; no day where it does not. The letter that goes out when a
// request is filed confirms it, so that it is never late.
func (s *Service) Confirmation(r Request) (deadline.Day, deadline.Step) {
	kind, law := s.of(r)
	date, err := s.deps.Register.ConfirmDue(kind, law, r.ReceivedAt, s.deps.Zone)
	if err != nil || r.ConfirmBy.IsZero() || len(date.Why) < 2 {
		return r.ConfirmBy, deadline.Step{}
	}
	return r.ConfirmBy, date.Why[1]
}
