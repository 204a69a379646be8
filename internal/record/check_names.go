package record

import "plusultra.link/privacy/internal/register"

// verdict is whether the register forbids a name, and the ban that does.
type verdict struct {
	ban register.Ban
	is  bool
}

// banned finds the ban that refuses a field of this name.
func (c checker) banned(name string) (register.Ban, bool) {
	v := c.names.of([]byte(name))
	return v.ban, v.is
}
