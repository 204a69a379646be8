package record

import "plusultra.link/privacy/internal/register"

// banned remembers of names whether the register forbids them: those of a
// file's columns come again in each of its rows.
type banned struct {
	ask   func(category, field string) (register.Ban, bool)
	known map[string]verdict
}

type verdict struct {
	ban register.Ban
	is  bool
}

const (
	mostNames   = 4 * maxColumns
	longestName = 100 // bytes: what is longer is asked anew
)

// banned finds the ban that refuses a field of this name.
func (c checker) banned(name string) (register.Ban, bool) {
	v, known := c.names.known[name]
	if known {
		return v.ban, v.is
	}
	v.ban, v.is = c.names.ask(c.category, name)
	if len(name) > longestName {
		return v.ban, v.is
	}
	if len(c.names.known) >= mostNames {
		clear(c.names.known)
	}
	c.names.known[name] = v
	return v.ban, v.is
}
