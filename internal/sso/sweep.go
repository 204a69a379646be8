package sso

import "context"

// Sweep forgets round trips that lapsed. Safe to call twice.
func (s *Service) Sweep(ctx context.Context) error {
	return deleteLapsed(ctx, s.deps.DB.Gorm(ctx), s.deps.Now())
}
