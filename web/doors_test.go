package web_test

import (
	"cmp"
	"html"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/breach"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/task"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/web"
)

// doors are the routes that write, as the map has them, with who may pass.
type doors struct {
	*portal
	person, officer *client
	fill            *strings.Replacer // of a path's parameters
	mu              sync.Mutex
	bound           map[string]reflect.Type // by the route's path
}

func openDoors(t *testing.T) *doors {
	t.Helper()
	p := open(t)
	d := &doors{portal: p, bound: map[string]reflect.Type{}}
	p.echo.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(ctx echo.Context) error {
			err := next(ctx)
			if form, ok := ctx.Get(web.BoundKey).(reflect.Type); ok {
				d.mu.Lock()
				d.bound[ctx.Path()] = form
				d.mu.Unlock()
			}
			return err
		}
	})
	robin := p.person("robin@example.com")
	_, err := p.Records.Ingest(t.Context(), record.IngestInput{
		Category: "payment-methods", Source: "test", Format: record.NDJSON, Actor: audit.BySystem("test"),
		Reader: strings.NewReader(`{"person":"robin@example.com","at":"2025-03-01T10:00:00Z","brand":"Examplecard","last4":"4242","expiry":"2028-04","billing_name":"Robyn","billing_country":"DE"}` + "\n"),
	})
	must(t, err)
	asked, err := p.Requests.Ask(t.Context(), robin, "question", "What do you hold?")
	must(t, err)
	d.officer = p.staffIn("officer@example.com", staff.Officer)
	d.person = p.client().signIn("robin@example.com")
	row := strings.Split(testkit.HTML(t, d.person.get("/data/payment-methods").body).Attrs(`a[href*="/edit/"]`, "href")[0], "/")
	member := p.Member("breaches@example.com", staff.Officer)
	must(t, p.Tasks.Ask(t.Context(), member, robin, asked.ID, task.Question{Address: "legal@example.com", Words: "May we tell them?", Days: 7, Lang: "en"}))
	var one uuid.UUID
	must(t, p.DB.Pool.QueryRow(t.Context(), `select id from task`).Scan(&one))
	noted, err := p.Breaches.Note(t.Context(), member, p.Clock.Now(), breach.Facts{Nature: "A list was lost."})
	must(t, err)
	d.fill = strings.NewReplacer(
		"/staff/tasks/:id", "/staff/tasks/"+one.String(), "/tasks/:token", strings.TrimPrefix(p.linkTo(p.letter("legal@example.com", "something for you to do"), "/tasks/"), p.url),
		"/staff/breaches/:id", "/staff/breaches/"+noted.String(), "/staff/people/:id", "/staff/people/"+robin.String(), "/requests/:id", "/requests/"+asked.ID.String(), ":kind", "question", ":category", "payment-methods",
		":source/:row", strings.Join(row[len(row)-2:], "/"), ":source", row[len(row)-2], ":id", uuid.NewString(), ":token", "nonsense", ":provider", "none", ":version", "1",
	)
	return d
}

// who is the client that may pass a route's guard.
func (d *doors) who(r web.Route) *client {
	switch {
	case strings.HasPrefix(r.Path, "/staff/") && r.Guard != "anybody":
		return d.officer
	case r.Guard == "anybody" || r.Guard == "link":
		return d.client()
	}
	return d.person
}

// writing are the routes that write by forms; what ends something comes last.
func (d *doors) writing() []web.Route {
	routes := slices.DeleteFunc(web.Routes(), func(r web.Route) bool { return r.Method != http.MethodPost || r.Guard == "programs" })
	slices.SortStableFunc(routes, func(a, b web.Route) int {
		last := func(r web.Route) int {
			return map[bool]int{true: 1}[r.Path == "/sign-out" || r.Path == "/requests/:id/cancel"]
		}
		return cmp.Compare(last(a), last(b))
	})
	return routes
}

// fields are the names of a route's form, found by sending it empty: those that
// hold text of people, and those that do not.
func (d *doors) fields(r web.Route) (texts []string) {
	path := d.fill.Replace(r.Path)
	d.who(r).post(path, url.Values{})
	d.mu.Lock()
	form := d.bound[r.Path]
	d.mu.Unlock()
	if form == nil {
		return nil
	}
	if form.NumField() == 0 { // the register names them: they are those of the page
		return slices.Compact(testkit.HTML(d.t, d.who(r).get(path).body).Attrs("main form input:not([type=hidden]), main form select", "name"))
	}
	for i := range form.NumField() {
		if f := form.Field(i); !slices.Contains([]string{"", "-"}, f.Tag.Get("form")) && f.Tag.Get("text") != "none" {
			texts = append(texts, f.Tag.Get("form"))
		}
	}
	return texts
}

// filled is a form in which nothing else is wrong.
func filled() url.Values {
	return url.Values{
		"email": {"kim@example.com"}, "name": {"Kim Example"}, "born": {"1"}, "born-month": {"2"}, "born-year": {"1990"}, "full_name": {"Robin"}, "country": {"DE"},
		"message": {"Words"}, "note": {"Words"}, "decision": {"Words"}, "words": {"Words"}, "reason": {"Asked by telephone"}, "password": {goodPassword}, "confirm": {"yes"},
		"q": {"robin@example.com"}, "billing_name": {"Robin"},
	}
}

// refused tells whether the page that follows says that a card's number is not kept.
func (d *doors) refused(who *client, got answer) bool {
	if got.status == http.StatusSeeOther {
		got = who.get(strings.TrimPrefix(got.header.Get("Location"), d.url))
	}
	return strings.Contains(html.UnescapeString(got.body), "full number of a payment card")
}

func TestNoRouteThatWritesTakesACardNumberInAnyOfItsFields(t *testing.T) {
	t.Parallel()
	d := openDoors(t)
	forms, texts := 0, 0
	for _, r := range d.writing() {
		fields := d.fields(r)
		if len(fields) == 0 {
			continue
		}
		forms++
		for _, field := range fields {
			texts++
			form := filled()
			form.Set(field, "4111\u200b-1111,１１１１\u20091111")
			d.DB.Pool.Exec(t.Context(), "delete from attempt") //nolint:errcheck // no limit is what is tried here
			who := d.who(r)
			got := who.post(d.fill.Replace(r.Path), form)
			if keepsNothing(r.Path, got) || d.refused(who, got) {
				continue
			}
			t.Errorf("%s, %s: %d to %q", r.Path, field, got.status, got.header.Get("Location"))
		}
		for i := 1; i < len(fields); i++ {
			form := filled()
			form.Set(fields[i-1], "4111 1111")
			form.Set(fields[i], "1111 1111")
			d.DB.Pool.Exec(t.Context(), "delete from attempt") //nolint:errcheck // as above
			who := d.who(r)
			if got := who.post(d.fill.Replace(r.Path), form); !keepsNothing(r.Path, got) && !d.refused(who, got) {
				t.Errorf("%s, half of it in %s and half in %s: %d", r.Path, fields[i-1], fields[i], got.status)
			}
		}
	}
	if forms < 15 || texts < 30 {
		t.Errorf("%d forms with %d fields were found", forms, texts)
	}
}

// keepsNothing tells of the two routes that take what was typed no further: one
// shows it once more, and one has no sign-up that waits (whose form is the one of
// signing up, read by the same service).
func keepsNothing(path string, got answer) bool {
	return path == "/requests/new/:kind/change" || strings.HasPrefix(path, "/sign-up/finish/") && got.status == http.StatusGone
}

func TestEveryDoorKnowsAMailboxByAllItsSpellings(t *testing.T) {
	t.Parallel()
	d := openDoors(t)
	id := d.portal.person("taro@xn--r8jz45g.example")
	d.enrolled("noor@xn--r8jz45g.example", staff.Officer)
	local := strings.NewReplacer("taro", "noor")
	reported, err := d.Requests.Ask(t.Context(), d.portal.person("kim@example.com"), "child-report", "The child next door has an account.")
	must(t, err)
	must(t, d.Requests.HoldChild(t.Context(), d.Member("again@example.com", staff.Agent), reported.ID, id))
	report, held := "/staff/requests/"+reported.ID.String(), ""
	must(t, d.DB.Pool.QueryRow(t.Context(), `select id::text from restriction`).Scan(&held))
	held = report + "/accounts/" + held
	passes := map[string]func(spelling string) bool{
		"/sign-up": func(s string) bool {
			form := signUp(s, "1990")
			return d.client().post("/sign-up", form).status < 400 && d.count(`select count(*) from mail_message where kind = 'alreadyJoined' and person_id = $1`, id) > 0 &&
				d.count(`select count(*) from sign_up`) == 0
		},
		"/sign-in": func(s string) bool {
			return d.client().post("/sign-in", url.Values{"email": {s}, "password": {goodPassword}}).status == http.StatusSeeOther
		},
		"/forgot": func(s string) bool {
			before := d.count(`select count(*) from email_proof where person_id = $1`, id)
			d.client().post("/forgot", url.Values{"email": {s}})
			return d.count(`select count(*) from email_proof where person_id = $1`, id) == before+1
		},
		"/ask": func(s string) bool {
			c, before := d.client(), d.count(`select count(*) from request where channel = 'form' and person_id = $1`, id)
			c.post("/ask", visit(s, "question", "What is it for?"))
			c.post(d.mailedTo("taro@xn--r8jz45g.example", "Send your request", "/ask/"), url.Values{})
			return d.count(`select count(*) from request where channel = 'form' and person_id = $1`, id) == before+1
		},
		"/sign-in/by-mail": func(s string) bool {
			before := d.count(`select count(*) from mail_message where kind = 'signInUsual' and person_id = $1`, id)
			d.client().post("/sign-in/by-mail", url.Values{"email": {s}})
			return d.count(`select count(*) from mail_message where kind = 'signInUsual' and person_id = $1`, id) == before+1
		},
		"/privacy-choices/by-mail": func(s string) bool {
			before := d.count(`select count(*) from mail_message where kind = 'choices' and person_id = $1`, id)
			d.client().post("/privacy-choices/by-mail", url.Values{"email": {s}})
			return d.count(`select count(*) from mail_message where kind = 'choices' and person_id = $1`, id) == before+1
		},
		"/privacy-choices/parent": func(s string) bool { // one's own is no parent's
			d.Exec(`update person set age_band = '15' where id = $1`, id)
			c := d.client().signIn("taro@xn--r8jz45g.example")
			got := c.post("/privacy-choices/parent", url.Values{"email": {s}, "topics": {"promotions"}})
			return strings.Contains(c.get(got.header.Get("Location")).body, "This is your own address")
		},
		"/staff/sign-in": func(s string) bool {
			return d.client().post("/staff/sign-in", url.Values{"email": {local.Replace(strings.NewReplacer("ｔａｒｏ", "ｎｏｏｒ", "TARO", "NOOR").Replace(s))}, "password": {staffPassword}}).header.Get("Location") == "/staff/code"
		},
		"/staff/requests/:id/ask": func(s string) bool {
			asked, err := d.Requests.Ask(t.Context(), id, "question", "What is it for?")
			must(t, err)
			got := d.officer.post("/staff/requests/"+asked.ID.String()+"/ask", url.Values{"email": {s}, "words": {"What do you hold?"}, "days": {"7"}, "lang": {"en"}})
			must(t, d.Requests.Cancel(t.Context(), id, asked.ID))
			return got.header.Get("Location") == "/staff/requests/"+asked.ID.String()
		},
		"/staff/requests/:id/accounts": func(s string) bool {
			got := d.officer.post(report+"/accounts", url.Values{"q": {s}, "reason": {"Asked by telephone"}})
			return got.header.Get("Location") == report+"/accounts/of/"+id.String()
		},
		"/staff/requests/:id/accounts/:account": func(s string) bool { // one's own is no parent's
			got := d.officer.post(held, url.Values{"deed": {"parent"}, "band": {"15"}, "email": {s}})
			return strings.Contains(d.officer.get(got.header.Get("Location")).body, "This is your own address")
		},
		"/staff/people": func(s string) bool {
			return d.officer.post("/staff/people", url.Values{"q": {s}}).header.Get("Location") == "/staff/people/"+id.String()
		},
	}
	found := 0
	for _, r := range d.writing() {
		fields := d.fields(r)
		if !slices.Contains(fields, "email") && !slices.Contains(fields, "q") || strings.HasPrefix(r.Path, "/sign-up/finish/") { // where the service vouches for the address
			continue
		}
		found++
		pass, known := passes[r.Path]
		if !known {
			t.Errorf("%s has a field for an address, and nobody has tried it", r.Path)
			continue
		}
		for _, spelling := range []string{"taro@例え.example", " TARO@例え。example ", "ｔａｒｏ＠例え．example", "taro@XN--R8JZ45G.example\u200b", "<taro@例え.example>"} {
			d.DB.Pool.Exec(t.Context(), "delete from attempt") //nolint:errcheck // no limit is what is tried here
			if !pass(spelling) {
				t.Errorf("%s does not know %+q", r.Path, spelling)
			}
		}
	}
	if found != len(passes) {
		t.Errorf("%d of %d doors were found", found, len(passes))
	}
	day := d.clock.Now().Format(time.DateOnly)
	result, err := d.Records.Ingest(t.Context(), record.IngestInput{
		Category: "connection-log", Source: "test", Format: record.CSV, Actor: audit.BySystem("test"),
		Reader: strings.NewReader("person,started_at,network,bytes,seconds\ntaro@例え.example," + day + "T00:00:00Z,203.0.113.0/24,1,1\n ｔａｒｏ＠例え．example," + day + "T00:00:01Z,203.0.113.0/24,1,1\n"),
	})
	must(t, err)
	if result.Added != 2 {
		t.Errorf("an import knows %d of 2 spellings", result.Added)
	}
}

func TestLinksSurviveWhatMailProgramsPutBehindThem(t *testing.T) {
	t.Parallel()
	d := openDoors(t)
	c := d.client()
	c.post("/sign-up", signUp("kim@example.com", "1990"))
	c.post("/forgot", url.Values{"email": {"robin@example.com"}})
	c.post("/privacy-choices/by-mail", url.Values{"email": {"robin@example.com"}})
	_, invitation, err := d.Staff.Add(t.Context(), audit.BySystem("test"), staff.NewMember{Email: "noor@example.com", Name: "Noor", Role: staff.Agent, Lang: "en"})
	must(t, err)
	to, err := d.Accounts.Recipient(t.Context(), d.id("robin@example.com"))
	must(t, err)
	out, err := d.Consents.UnsubscribeLinks(to, "promotions")
	must(t, err)
	d.Exec(`update person set age_band = '15' where id = $1`, to.Owner)
	must(t, d.Consents.AskGuardian(t.Context(), consent.Choice{Actor: audit.ByPerson(to.Owner), Person: to.Owner, Lang: "en"}, "parent@example.com", []string{"promotions"}))
	d.Exec(`update person set age_band = '18+' where id = $1`, to.Owner)
	officer := d.Member("asks@example.com", staff.Officer)
	asked, err := d.Requests.Ask(t.Context(), to.Owner, "question", "What is it for?")
	must(t, err)
	must(t, d.Tasks.Ask(t.Context(), officer, to.Owner, asked.ID, task.Question{Address: "legal@example.com", Words: "May we tell them?", Days: 7, Lang: "en"}))
	links := map[string]string{
		"/tasks/:token":  d.linkTo(d.letter("legal@example.com", "something for you to do"), "/tasks/"),
		"/parent/:token": d.linkTo(d.letter("parent@example.com", "agreement"), "/parent/"),
		"/verify/:token": d.linkTo(d.letter("kim@example.com", "Confirm"), "/verify/"), "/reset/:token": d.linkTo(d.letter("robin@example.com", "Set a new password"), "/reset/"),
		"/privacy-choices/by-mail/:token": d.linkTo(d.letter("robin@example.com", "Your privacy choices"), "/privacy-choices/by-mail/"),
		"/staff/enrol/:token":             invitation, "/unsubscribe/:token": out.OneClick,
	}
	c.post("/ask", visit("leaves@example.com", "erasure", "")) // which asks for a tick, too
	links["/ask/:token"] = d.url + d.mailedTo("leaves@example.com", "Send your request", "/ask/")
	c.post("/ask", visit("visits@example.com", "question", "What is it for?"))
	c.post(d.mailedTo("visits@example.com", "Send your request", "/ask/"), nil)
	anew := map[string]func() string{"/sign-in/by-mail/": func() string { // works once
		d.client().post("/sign-in/by-mail", url.Values{"email": {"visits@example.com"}})
		at, _, _ := strings.Cut(d.mailedTo("visits@example.com", "Your link to sign in", "/sign-in/by-mail/"), "?")
		return strings.TrimPrefix(at, "/sign-in/by-mail/")
	}}
	for base, token := range anew {
		links[base+":token"] = d.url + base + token()
	}
	for _, r := range web.Routes() {
		if !strings.Contains(r.Path, ":token") || strings.HasSuffix(r.Path, "/") {
			continue
		}
		base, rest, _ := strings.Cut(r.Path, ":token")
		link, mailed := links[base+":token"]
		want := http.StatusOK
		if !mailed {
			if base != "/sign-up/finish/" { // which no mail carries: a redirect leads there
				t.Errorf("nobody knows how a link to %s is made", r.Path)
			}
			link, want = d.url+base+"nonsense", http.StatusGone
		}
		link = strings.TrimPrefix(link, d.url)
		token := strings.TrimPrefix(link, base)
		if rest == "/receipt" { // there is one of what was said by then
			must(t, d.Consents.Place(t.Context()))
			must(t, d.Audit.Place(t.Context()))
		}
		behind := []string{"", ".", ">", ")", "%3E", "%20", "%253E", "%E3%80%82", ",", "%22"}
		spelt := func(token string) []string {
			paths := []string{base + "%" + strings.ToUpper(hex(token[0])) + token[1:] + rest}
			for _, b := range behind {
				paths = append(paths, base+token+b+rest)
				if rest == "" || r.Guard == "link" {
					paths = append(paths, base+token+b+rest+"/")
				}
			}
			return paths
		}
		for i, path := range spelt(token) {
			if anew[base] != nil && r.Method == http.MethodPost {
				path = spelt(anew[base]())[i]
			}
			d.DB.Pool.Exec(t.Context(), "delete from attempt") //nolint:errcheck // no limit is what is tried here
			if r.Method == http.MethodGet {
				if got := c.get(path); got.status != want {
					t.Errorf("GET %s: %d", path, got.status)
				}
			} else if got := c.post(path, url.Values{}); got.status == http.StatusNotFound || got.status == http.StatusGone && mailed {
				t.Errorf("POST %s: %d", path, got.status)
			}
		}
	}
}

func hex(b byte) string { return string("0123456789abcdef"[b>>4]) + string("0123456789abcdef"[b&15]) }

// id is whose address it is.
func (p *portal) id(email string) uuid.UUID {
	p.t.Helper()
	id, err := p.Accounts.ByAddress(p.t.Context(), email)
	must(p.t, err)
	return id
}

func TestACodeOfTheAuthenticatorIsTakenHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	p := open(t)
	secret := p.enrolled("noor@example.com", staff.Officer)
	wide := func(code string) string {
		return strings.Map(func(r rune) rune { return r + '０' - '0' }, code)
	}
	for name, typed := range map[string]func(string) string{
		"wide": wide, "hyphen": func(c string) string { return c[:3] + "-" + c[3:] }, "middle dot": func(c string) string { return c[:3] + "·" + c[3:] },
		"space": func(c string) string { return c[:3] + " " + c[3:] }, "zero width": func(c string) string { return c + "\u200b" },
	} {
		c := p.client()
		c.post("/staff/sign-in", url.Values{"email": {"noor@example.com"}, "password": {staffPassword}})
		if got := c.post("/staff/code", url.Values{"code": {typed(p.code(secret))}}); got.status != http.StatusSeeOther {
			t.Errorf("%s: %d", name, got.status)
		}
	}
}

func TestAResetKnowsWhosePasswordItIs(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("katarzyna.wisniewska@example.com")
	c := p.client()
	c.post("/forgot", url.Values{"email": {"katarzyna.wisniewska@example.com"}})
	link := strings.TrimPrefix(p.linkTo(p.letter("katarzyna.wisniewska@example.com", "Set a new password"), "/reset/"), p.url)
	field := testkit.HTML(t, c.get(link).body).Attrs(`input[autocomplete="username"]`, "value")
	if !slices.Equal(field, []string{"katarzyna.wisniewska@example.com"}) {
		t.Errorf("a password manager is told %q", field)
	}
	for _, weak := range []string{"katarzyna.wisniewska@example.com", "katarzynawisniewska", "Robin Example 1"} {
		if got := c.post(link, url.Values{"password": {weak}}); got.status == http.StatusSeeOther && got.header.Get("Location") == "/sign-in" {
			t.Errorf("a reset took %q", weak)
		}
	}
}

func TestWhereAPasswordIsChangedAndWhomToWriteToIsWellKnown(t *testing.T) {
	t.Parallel()
	p := open(t)
	c := p.client()
	if got := c.get("/.well-known/change-password"); got.status != http.StatusSeeOther || got.header.Get("Location") != "/security/password" {
		t.Errorf("change-password: %d to %s", got.status, got.header.Get("Location"))
	}
	got := c.get("/.well-known/security.txt")
	if got.status != http.StatusOK || !strings.HasPrefix(got.header.Get("Content-Type"), "text/plain") {
		t.Errorf("%d %s", got.status, got.header.Get("Content-Type"))
	}
	for _, line := range []string{"Contact: mailto:" + p.Register.Controller.ContactEmail, "Expires: 20", "Canonical: " + p.url + "/.well-known/security.txt"} {
		if !strings.Contains(got.body, line) {
			t.Errorf("no %q in\n%s", line, got.body)
		}
	}
}

func TestARowIsCorrectedByTheBodyAlone(t *testing.T) {
	t.Parallel()
	d := openDoors(t)
	path := d.fill.Replace("/data/:category/edit/:source/:row")
	d.person.post(path+"?billing_name=Planted&billing_city=Planted", url.Values{"billing_name": {"Robin"}, "billing_country": {"DE"}})
	if n := d.count(`select count(*) from record where fields::text like '%Planted%'`); n != 0 {
		t.Error("the address put words into the row")
	}
}

func TestMailGoesToALocalPartOutsideASCIIWhereTheServerTakesIt(t *testing.T) {
	t.Parallel()
	p := open(t)
	err := p.Accounts.SignUp(t.Context(), account.SignUp{Email: "太郎@example.com", Name: "太郎", Born: p.clock.Now().AddDate(-30, 0, 0)}, account.Visit{Lang: "ja"})
	must(t, err)
	p.letter("太郎@example.com", "")
}
