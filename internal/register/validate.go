package register

import (
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"plusultra.link/privacy/internal/document"
)

var (
	idPattern      = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	countryPattern = regexp.MustCompile(`^[A-Z]{2}$`)
	colourPattern  = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
)

// validator checks the rules that hold between the document's parts.
type validator struct {
	reg    *Register
	faults document.Faults
}

func (v *validator) fault(path, format string, args ...any) {
	v.faults = append(v.faults, v.reg.places.Fault(path, format, args...))
}

// validate finds everything that is wrong with a document that could be read.
func (r *Register) validate() document.Faults {
	r.hold()
	v := validator{reg: r}
	v.controller()
	v.grounds()
	v.mail()
	v.categories()
	v.stored()
	v.forbidden()
	v.rights()
	return v.faults
}

// uses reports whether a category is as asked: what stands in the policy and
// happens nowhere is as untrue as what happens and does not stand there.
func (r *Register) uses(as func(Category) bool) bool {
	return slices.ContainsFunc(r.Categories, as)
}

// hold gives every category the tables in which its rows lie.
func (r *Register) hold() {
	for i := range r.Categories {
		c := &r.Categories[i]
		c.Holdings = r.Dictionary.Of(c.ID)
		if len(c.Fields) > 0 {
			c.Holdings = append(c.Holdings, r.Dictionary.Shared(c.ID, c.Fields, c.Wipe))
		}
	}
}

func (v *validator) controller() {
	c := v.reg.Controller
	v.need("controller.name", c.Name)
	v.email("controller.privacy_email", c.PrivacyEmail)
	v.email("controller.contact_email", c.ContactEmail)
	v.country("controller.country", c.Country)
	if len(c.Address) == 0 {
		v.fault("controller.address", "must name a postal address")
	}
	v.need("brand.name", v.reg.Brand.Name)
	if !colourPattern.MatchString(v.reg.Brand.Accent) {
		v.fault("brand.accent", "must be a colour such as #0f5c5c")
	}
}

// grounds checks bases, purposes, places, transfers and recipients.
func (v *validator) grounds() {
	r := v.reg
	unique(v, "bases", r.Bases, func(b Basis) string { return b.ID })
	for i, b := range r.Bases {
		at := index("bases", i)
		v.text(at+".name", b.Name)
		v.text(at+".how", b.How)
		oneOf(v, at+".can", b.Can, Withdraw, Object, Neither)
	}
	unique(v, "purposes", r.Purposes, func(p Purpose) string { return p.ID })
	for i, p := range r.Purposes {
		at := index("purposes", i)
		v.text(at+".name", p.Name)
		v.text(at+".summary", p.Summary)
		if !r.uses(func(c Category) bool { return contains(c.Purposes, p.ID) }) {
			v.fault(at, "no category is held for the purpose %s", p.ID)
		}
		known(v, at+".basis", p.Basis, "legal basis", r.Bases, func(b Basis) string { return b.ID })
	}
	unique(v, "places", r.Places, func(p Place) string { return p.ID })
	for i, p := range r.Places {
		v.text(index("places", i)+".name", p.Name)
		v.country(index("places", i)+".country", p.Country)
	}
	unique(v, "transfers", r.Transfers, func(t Transfer) string { return t.ID })
	for i, t := range r.Transfers {
		at := index("transfers", i)
		v.text(at+".name", t.Name)
		v.text(at+".summary", t.Summary)
		if t.Withdrawable {
			v.text(at+".effect", t.Effect)
		}
		if !r.uses(func(c Category) bool { return c.Transfer == t.ID }) {
			v.fault(at, "no category leaves on the ground %s", t.ID)
		}
	}
	unique(v, "recipients", r.Recipients, func(p Recipient) string { return p.ID })
	for i, p := range r.Recipients {
		at := index("recipients", i)
		v.text(at+".name", p.Name)
		v.text(at+".role", p.Role)
		v.text(at+".purpose", p.Purpose)
		v.text(at+".data", p.Data)
		known(v, at+".place", p.Place, "place", r.Places, func(p Place) string { return p.ID })
		if p.PolicyURL != "" {
			v.https(at+".policy_url", p.PolicyURL)
		}
		if !r.uses(func(c Category) bool { return contains(c.Recipients, p.ID) }) {
			v.fault(at, "receives nothing: no category names %s", p.ID)
		}
	}
}

func (v *validator) mail() {
	r := v.reg
	unique(v, "topics", r.Topics, func(t Topic) string { return t.ID })
	for i, t := range r.Topics {
		at := index("topics", i)
		v.text(at+".name", t.Name)
		v.text(at+".summary", t.Summary)
		if known(v, at+".purpose", t.Purpose, "purpose", r.Purposes, func(p Purpose) string { return p.ID }) {
			purpose, _ := r.Purpose(t.Purpose)
			consent := r.Basis(purpose.Basis).Can == Withdraw
			if consent && t.DefaultOn {
				v.fault(at+".default_on", "mail that rests on consent can't be on before it is asked for")
			}
			if consent && t.Locked {
				v.fault(at+".locked", "consent can be withdrawn at any time, so mail that rests on it can't be locked")
			}
		}
		if t.Locked {
			v.text(at+".because", t.Because)
		}
	}
	unique(v, "cookies", r.Cookies, func(c CookieGroup) string { return c.ID })
	for i, c := range r.Cookies {
		at := index("cookies", i)
		v.text(at+".name", c.Name)
		v.text(at+".summary", c.Summary)
		if c.Locked {
			v.text(at+".because", c.Because)
		}
	}
}

func (v *validator) need(path, s string) {
	if strings.TrimSpace(s) == "" {
		v.fault(path, "is missing")
	}
}

// text asks for words; which languages is [document.Places.Languages]'s business.
func (v *validator) text(path string, t document.Text) {
	if t.Empty() {
		v.fault(path, "is missing")
	}
}

func (v *validator) email(path, s string) {
	if a, err := mail.ParseAddress(s); err != nil || a.Address != s {
		v.fault(path, "must be an e-mail address")
	}
}

func (v *validator) https(path, s string) {
	if u, err := url.Parse(s); err != nil || u.Scheme != "https" || u.Host == "" {
		v.fault(path, "must be an https address")
	}
}

func (v *validator) country(path, s string) {
	if !countryPattern.MatchString(s) {
		v.fault(path, "must be a country of ISO 3166-1, such as US")
	}
}

func index(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// unique asks of each element an id that no other has.
func unique[T any](v *validator, path string, list []T, of func(T) string) {
	seen := map[string]bool{}
	for i, item := range list {
		id := of(item)
		switch {
		case !idPattern.MatchString(id):
			v.fault(index(path, i), "needs an id of lower-case letters, digits and hyphens, not %q", id)
		case seen[id]:
			v.fault(index(path, i), "%s stands here twice", id)
		}
		seen[id] = true
	}
}

// known asks that an id names something that the document declares.
func known[T any](v *validator, path, id, what string, list []T, of func(T) string) bool {
	if _, ok := find(list, id, of); ok {
		return true
	}
	if id == "" {
		v.fault(path, "must name a %s", what)
	} else {
		v.fault(path, "there is no %s %s", what, id)
	}
	return false
}

func oneOf[T ~string](v *validator, path string, got T, allowed ...T) {
	if slices.Contains(allowed, got) {
		return
	}
	words := make([]string, len(allowed))
	for i, a := range allowed {
		words[i] = string(a)
	}
	v.fault(path, "must be one of %s", strings.Join(words, ", "))
}
