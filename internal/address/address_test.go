package address_test

import (
	"errors"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/fault"
)

func TestEverySpellingOfAMailboxIsOneAddress(t *testing.T) {
	t.Parallel()
	for stored, spellings := range map[string][]string{
		"hana@example.com": {
			"hana@example.com", " Hana@Example.COM ", "ｈａｎａ＠ｅｘａｍｐｌｅ．ｃｏｍ", "hana@example。com", "hana﹫example.com", "\u200bhana@example.com\u200b",
			"hana@example.com\u2060", "\ufeffhana@example.com", "hana@example.com\u00ad", "hana@example.com\u202e", "　hana@example.com　",
			"<hana@example.com>", "mailto:hana@example.com", "hana@example.com.", "\"hana\"@example.com", "hana@example.com\r\n",
		},
		"taro@xn--r8jz45g.example":    {"taro@例え.example", "taro@xn--r8jz45g.example", "TARO@XN--R8JZ45G.example", "taro@例え。example", "ｔａｒｏ＠例え．example"},
		"hana..y0401@docomo.example":  {"hana..y0401@docomo.example", "\"hana..y0401\"@docomo.example"},
		"hana.y.@docomo.example":      {"hana.y.@docomo.example"},
		".hana@docomo.example":        {".hana@docomo.example"},
		"jos\u00e9@example.com":       {"jose\u0301@example.com", "JOSÉ@example.com"},
		"o'hara+list=a/b@example.com": {"O'Hara+list=a/b@example.com"},
		"zoe@xn--strae-oqa.example":   {"zoe@straße.example", "zoe@xn--strae-oqa.example"},
	} {
		for _, s := range spellings {
			a, err := address.Parse(s)
			if err != nil || a.String() != stored {
				t.Errorf("%+q: %q, %v", s, a, err)
				continue
			}
			for _, again := range []string{a.String(), a.Display()} {
				if b, err := address.Parse(again); err != nil || b != a {
					t.Errorf("%+q read again from %q: %q, %v", s, again, b, err)
				}
			}
		}
	}
}

func TestMailGoesToTheLocalPartAsItWasWritten(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"Zoe.Q@Example.COM": "Zoe.Q@example.com", " <ＺＯＥ＠例え.example> ": "ZOE@xn--r8jz45g.example", `"Hana..Y"@docomo.example`: "Hana..Y@docomo.example",
		"Zoé@example.com": "Zoé@example.com", "zoe@example.com": "zoe@example.com",
	} {
		got, err := address.Written(s)
		if err != nil || got != want {
			t.Errorf("%q: %q, %v", s, got, err)
			continue
		}
		one, _ := address.Parse(s)
		other, err := address.Parse(got)
		if err != nil || one != other {
			t.Errorf("%q is another mailbox than %q", got, s)
		}
		if again, err := address.Written(got); err != nil || again != got {
			t.Errorf("%q is written %q", got, again)
		}
	}
}

func TestWhatIsNoAddressIsRefusedByName(t *testing.T) {
	t.Parallel()
	for s, key := range map[string]string{
		"": "address.bad", "hana": "address.bad", "@example.com": "address.bad", "hana@": "address.bad", "hana@.com": "address.bad", "hana@example..com": "address.bad",
		"hana y@example.com": "address.bad", "hana@exa mple.com": "address.bad", "a@b@example.com": "address.bad", "hana@[192.0.2.1]": "address.bad", "hana@192.0.2.1": "address.bad", "zoe1@localhost": "address.bad", "zoe1@localhost.": "address.bad", "..@example.com": "address.bad",
		"hana,mara@example.com": "address.bad", "hana@example_.com": "address.bad", "hana\x00@example.com": "address.bad", "hana\xff@example.com": "address.bad",
		"ha\u200bna@example.com": "address.hidden", "ha\u202ena@example.com": "address.hidden", "hana@exam\u00adple.com": "address.hidden", "hana@ex\u2066ample.com": "address.hidden",
		"a\u3164a@example.com": "address.hidden", "ha\u200dna@example.com": "address.hidden",
		strings.Repeat("a", 243) + "@example.com": "address.long",
	} {
		a, err := address.Parse(s)
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || f.Key != key || a != (address.Address{}) {
			t.Errorf("%+q: %q, %v, want %s", s, a, err, key)
		}
	}
}

func TestAnAddressIsShownAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	if got := address.Show("taro@xn--r8jz45g.example"); got != "taro@例え.example" {
		t.Error(got)
	}
	a, _ := address.Parse("taro@例え.example")
	if s := a.Spellings(); len(s) != 2 || s[0] != a.String() || s[1] != "taro@例え.example" {
		t.Errorf("%q", s)
	}
}

func TestOnlyALocalPartOutsideASCIINeedsSMTPUTF8(t *testing.T) {
	t.Parallel()
	for s, needs := range map[string]bool{"taro@例え.example": false, "太郎@example.com": true, "a..b@docomo.example": false} {
		if a, err := address.Parse(s); err != nil || a.SMTPUTF8() != needs {
			t.Errorf("%q: %v, %v", s, a.SMTPUTF8(), err)
		}
	}
}

func FuzzAddress(f *testing.F) {
	f.Add("ｈａｎａ＠例え．com")
	f.Fuzz(func(t *testing.T, s string) {
		a, err := address.Parse(s)
		if err != nil {
			return
		}
		for _, again := range []string{a.String(), a.Display(), " " + a.String() + "\u200b"} {
			if b, err := address.Parse(again); err != nil || b != a {
				t.Fatalf("%+q gives %+q, which gives %+q, %v", s, a, b, err)
			}
		}
	})
}
