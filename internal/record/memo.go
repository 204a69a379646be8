package record

// memo remembers what was found of a text: those of a file come again in each
// of its rows.
type memo[V any] struct {
	find  func(string) V
	known map[string]V
	most  int
}

const (
	mostKnown   = 4 * maxColumns
	longestKnow = 100 // bytes: what is longer is asked anew
)

func newMemo[V any](find func(string) V, most int) *memo[V] {
	return &memo[V]{find, map[string]V{}, most}
}

func (m *memo[V]) of(s []byte) V {
	v, known := m.known[string(s)]
	if known {
		return v
	}
	v = m.find(string(s))
	if len(s) > longestKnow {
		return v
	}
	if len(m.known) >= m.most {
		clear(m.known)
	}
	m.known[string(s)] = v
	return v
}
