package record

import (
	"context"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/register"
	say "plusultra.link/privacy/views/text" // text is a kind of value here
)

// Words says what is held as its reader would: on pages, in archives and in
// mail alike.
type Words struct {
	Register *register.Register
	// Service names a sign-in service by its id; nil names none.
	Service func(id string) string
}

// Said is a value in its reader's words.
type Said struct {
	Text string
	ISO  string // of a moment or a day, for machines; empty for what is neither
}

// Nothing stands where there is no value.
const Nothing = "–"

// Value says a field's value, which is PostgreSQL's text of it.
func (w Words) Value(ctx context.Context, f dictionary.Field, raw []byte) Said {
	if len(raw) == 0 {
		return Said{Text: Nothing}
	}
	switch f.Type {
	case dictionary.TypeTime:
		if at, ok := Time(raw); ok {
			return Said{say.Time(ctx, at), say.ISO(at)}
		}
	case dictionary.TypeDate:
		if at, ok := Time(raw); ok {
			return Said{say.Day(ctx, at), at.Format(time.DateOnly)}
		}
	case dictionary.TypeInteger, dictionary.TypeBytes, dictionary.TypeSeconds:
		if n, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
			return Said{Text: say.Amount(ctx, string(f.Type), n)}
		}
	case dictionary.TypeBoolean:
		return Said{Text: say.YesOrNo(ctx, raw[0] == 't')}
	case dictionary.TypeList:
		var items []string
		if json.Unmarshal(raw, &items) == nil {
			if len(items) == 0 {
				return Said{Text: Nothing}
			}
			if f.Names == dictionary.ByScope {
				return Said{Text: say.Clauses(ctx, Scopes(ctx, items))}
			}
			for i, item := range items {
				items[i] = w.Code(ctx, f, item)
			}
			return Said{Text: say.Clauses(ctx, items)}
		}
	case dictionary.TypeJSON:
		var said map[string]any
		if json.Unmarshal(raw, &said) == nil {
			return Said{Text: w.pairs(ctx, f, said)}
		}
	default: // a text, or a code that there is a word for
	}
	return Said{Text: w.Code(ctx, f, string(raw))}
}

// Code says a code in the words that its field has for it; what is none is
// said as it stands.
func (w Words) Code(ctx context.Context, f dictionary.Field, code string) string {
	switch f.Names {
	case dictionary.ByService:
		if w.Service != nil {
			return w.Service(code)
		}
		return code
	case dictionary.ByCountry:
		return say.CountryName(ctx, code)
	default:
		return w.Register.Say(f, code, say.Lang(ctx))
	}
}

// Search looks for words as its reader would find them: also in the words that
// stand for codes.
func (w Words) Search(ctx context.Context, fields []dictionary.Field, words string) Search {
	s := Search{Words: words, Codes: map[string][]string{}}
	looked := regexp.MustCompile(s.pattern()) // it is made of quoted letters
	for _, f := range fields {
		codes := slices.Sorted(maps.Keys(f.Words))
		if f.Names == dictionary.ByCountry {
			for _, c := range say.Countries(ctx) {
				codes = append(codes, c.Code)
			}
		}
		for _, code := range codes {
			if !f.Hidden && looked.MatchString(w.Code(ctx, f, code)) {
				s.Codes[f.ID] = append(s.Codes[f.ID], code)
			}
		}
	}
	return s
}

// Searchable are the fields of a source that have words to search.
func Searchable(fields []dictionary.Field) (some []dictionary.Field) {
	for _, f := range fields {
		if searchable(f) {
			some = append(some, f)
		}
	}
	return some
}

// pairs writes an object as names and values.
func (w Words) pairs(ctx context.Context, f dictionary.Field, said map[string]any) string {
	var out []string
	if f.Names == dictionary.ByClaim {
		for _, c := range Claims(ctx, said) {
			out = append(out, say.Pair(ctx, c.Name, c.Value))
		}
		return say.Clauses(ctx, out)
	}
	for _, key := range slices.Sorted(maps.Keys(said)) {
		out = append(out, say.Pair(ctx, w.Code(ctx, f, key), inJSON(ctx, said[key])))
	}
	return say.Clauses(ctx, out)
}

// inJSON says a value of JSON.
func inJSON(ctx context.Context, value any) string {
	switch v := value.(type) {
	case nil:
		return Nothing
	case string:
		return v
	case bool:
		return say.YesOrNo(ctx, v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	b, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(b)
}

// Claim is one thing that a sign-in service told us, in words.
type Claim struct{ Name, Value string }

// claimOrder are the claims of OpenID Connect Core 1.0, section 5.1, that
// services send most, as people would list them.
const claimOrder = "name given_name family_name nickname preferred_username email email_verified phone_number picture profile locale zoneinfo gender birthdate website hd updated_at"

// Claims says claim by claim what a service told us. A claim that we have no
// word for is shown by its own name: nothing is left out.
func Claims(ctx context.Context, claims map[string]any) []Claim {
	known := strings.Fields(claimOrder)
	names := slices.SortedFunc(maps.Keys(claims), func(a, b string) int {
		rank := func(name string) int { return (slices.Index(known, name) + len(known) + 1) % (len(known) + 1) }
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	out := make([]Claim, 0, len(names))
	for _, name := range names {
		said := name
		if slices.Contains(known, name) {
			said = say.T(ctx, "sso.claim."+name)
		}
		value := inJSON(ctx, claims[name])
		if seconds, ok := claims[name].(float64); ok && name == "updated_at" { // seconds since 1970, by the same section
			value = say.Date(ctx, time.Unix(int64(seconds), 0))
		}
		out = append(out, Claim{said, value})
	}
	return out
}

// Scopes says scope by scope what a person allowed a service to tell.
func Scopes(ctx context.Context, scopes []string) []string {
	out := make([]string, 0, len(scopes))
	for _, scope := range scopes {
		// Google writes some of the standard's scopes as addresses.
		short := strings.TrimPrefix(scope, "https://www.googleapis.com/auth/userinfo.")
		switch short {
		case "openid", "email", "profile", "offline_access", "address", "phone":
			out = append(out, say.T(ctx, "sso.scope."+short))
		default:
			out = append(out, scope)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
