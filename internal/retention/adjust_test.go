package retention

// Adjust changes what the service stands on, for tests.
func (s *Service) Adjust(change func(*Deps)) { change(&s.deps) }
