package web

import "testing"

func TestABrowserIsKnownByItsOwnWords(t *testing.T) {
	t.Parallel()
	const firefox, linux = "Firefox/140.0", "X11; Linux x86_64"
	for agent, want := range map[string][2]string{
		firefox + linux: {"Firefox", "Linux"}, firefox: {"Firefox", ""}, linux: {"", "Linux"}, "curl/8": {}, "": {},
	} {
		if browser, system := device(agent); browser != want[0] || system != want[1] {
			t.Errorf("%q is %q on %q", agent, browser, system)
		}
	}
}
