package erasure

// Adjust changes what a service stands on.
func (s *Service) Adjust(change func(*Deps)) { change(&s.deps) }
