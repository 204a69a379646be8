package mail

import "strings"

// Text writes the letter for those who read without HTML. It says all that
// the HTML says.
func Text(l Letter) string {
	var b strings.Builder
	para := func(lines ...string) {
		for _, line := range lines {
			if line != "" {
				b.WriteString(line + "\n")
			}
		}
		b.WriteString("\n")
	}
	para(l.Heading)
	for _, p := range l.Paragraphs {
		para(p)
	}
	if len(l.Facts) > 0 {
		lines := make([]string, len(l.Facts))
		for i, f := range l.Facts {
			lines[i] = f.Name + l.Joint + f.Value
		}
		para(lines...)
	}
	if l.Action != nil {
		para(l.Action.Label+strings.TrimSpace(l.Joint), l.Action.URL)
	}
	b.WriteString("-- \n")
	if u := l.Unsubscribe; u != nil {
		para(u.Why, u.Label+l.Joint+u.URL, u.Preferences.Label+l.Joint+u.Preferences.URL)
	}
	b.WriteString(strings.Join(l.Footer, "\n") + "\n")
	return b.String()
}
