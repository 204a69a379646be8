package address_test

import (
	"testing"

	"plusultra.link/privacy/internal/address"
)

func TestADetailBehindAPlusIsPutInAndFoundAgain(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"mail@example.com": "mail+token@example.com", "a+b@example.com": "a+b+token@example.com", "nowhere": "", "": "",
	} {
		if got := address.WithDetail(written, "token"); got != want {
			t.Errorf("%q with a token is %q", written, got)
		}
	}
	for written, want := range map[string]string{
		"mail+token@example.com": "token", "<mail+token@example.com>": "token", "mail@example.com": "", "mail@ex+ample.com": "", "+": "", "": "",
	} {
		if got := address.Detail(written); got != want {
			t.Errorf("the detail of %q is %q", written, got)
		}
	}
	if got := address.IDLeft(" <token@example.com> "); got != "token" {
		t.Errorf("before the @ stands %q", got)
	}
}
