package account_test

import (
	"encoding/base64"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/crypto/argon2"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/fault"
)

func from(ip string) account.Visit {
	return account.Visit{IP: netip.MustParseAddr(ip), UserAgent: "a test", Lang: "en"}
}

// twin is a second portal on the same database.
func (b *bundle) twin() *app.App {
	b.t.Helper()
	twin, err := app.New(b.Parts)
	must(b.t, err)
	return twin
}

// cheap gives a person a password whose hash costs next to nothing.
func (b *bundle) cheap(person uuid.UUID) {
	b.t.Helper()
	salt := []byte("sixteen bytes ok")
	b64 := base64.RawStdEncoding
	phc := fmt.Sprintf("$argon2id$v=%d$m=8,t=1,p=1$%s$%s", argon2.Version, b64.EncodeToString(salt), b64.EncodeToString(argon2.IDKey([]byte(password), salt, 1, 8, 1, 32)))
	_, err := b.DB.Pool.Exec(b.t.Context(), `update password set hash = $2 where person_id = $1`, person, phc)
	must(b.t, err)
}

func TestAnOfficeOfAThousandSignsInBehindOneAddress(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var staff []string
	for i := range 20 {
		staff = append(staff, fmt.Sprintf("somebody%d@example.com", i))
		b.cheap(b.person(staff[i], password))
	}
	office, portals := from("198.51.100.9"), []*app.App{b.App, b.twin()}
	for i := range 1000 {
		accounts := portals[i%2].Accounts
		if i%10 == 0 {
			_, err := accounts.SignIn(t.Context(), staff[i%20], "mistyped", office, "")
			kind(t, "mistyped", err, fault.Invalid)
		}
		if _, err := accounts.SignIn(t.Context(), staff[i%20], password, office, ""); err != nil {
			t.Fatalf("right sign-in %d: %v", i, err)
		}
	}
}

func TestAFloodFromOneSourceShutsNoDoorForOthers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	portals := []*app.App{b.App, b.twin()}
	var victims []string
	for i := range 40 {
		victims = append(victims, fmt.Sprintf("victim%d@example.com", i))
		b.cheap(b.person(victims[i], password))
	}
	robin := b.person("robin@example.com", password)
	owner, err := b.Accounts.Owner(t.Context(), robin)
	must(t, err)
	guesses := 0
	for i := range 400 {
		_, err := portals[i%2].Accounts.SignIn(t.Context(), victims[i%40], "a guess", from("192.0.2.66"), "")
		if fault.Is(err, fault.Invalid) {
			guesses++
		} else {
			kind(t, "a guess", err, fault.TooMany)
		}
	}
	if guesses > 150 {
		t.Errorf("the flood made %d guesses", guesses)
	}
	for i := range 300 {
		err := portals[i%2].Accounts.AskReset(t.Context(), fmt.Sprintf("nobody%d@example.com", i), from("192.0.2.66"))
		if err != nil {
			kind(t, "a flood of mail", err, fault.TooMany)
		}
	}
	if n := b.count(`select count(*) from mail_message`); n > 200 {
		t.Errorf("the flood had %d messages sent", n)
	}
	for _, elsewhere := range []string{"192.0.2.67", "203.0.113.5", "2001:db8::5"} {
		for _, p := range portals {
			_, err := p.Accounts.SignIn(t.Context(), "robin@example.com", password, from(elsewhere), "")
			must(t, err)
		}
		must(t, b.Accounts.AskReset(t.Context(), "robin@example.com", from(elsewhere)))
		must(t, b.Accounts.SignUp(t.Context(), account.SignUp{Email: "new@example.com", Name: "Somebody", Born: b.clock.Now().AddDate(-30, 0, 0)}, from(elsewhere)))
	}
	same := from("192.0.2.66")
	if same.Browser, err = b.Accounts.KnownBrowser("", owner); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Accounts.SignIn(t.Context(), "robin@example.com", password, same, ""); err != nil {
		t.Errorf("a known browser behind the flood's own address: %v", err)
	}
	if err := b.Accounts.AskReset(t.Context(), "robin@example.com", same); err != nil {
		t.Errorf("its reset: %v", err)
	}
}

func TestABrowserIsKnownToItsOwnerOnlyAndUntilTheNextPassword(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin, kim := b.person("robin@example.com", password), b.person("kim@example.com", password)
	owner := func(id uuid.UUID) account.Owner {
		t.Helper()
		o, err := b.Accounts.Owner(t.Context(), id)
		must(t, err)
		return o
	}
	cookie, err := b.Accounts.KnownBrowser("", owner(robin))
	must(t, err)
	known := func(cookie string, id uuid.UUID) bool {
		return b.Accounts.Source(account.Visit{Browser: cookie}, owner(id)).Device != ""
	}
	if !known(cookie, robin) || known(cookie, kim) || known("nonsense", robin) || known("", robin) {
		t.Error("the wrong browsers are known")
	}
	for range 8 { // a browser of many
		cookie, err = b.Accounts.KnownBrowser(cookie, account.Owner{ID: uuid.New()})
		must(t, err)
	}
	if known(cookie, robin) || len(cookie) > 400 {
		t.Errorf("a cookie grows without bound: %d bytes", len(cookie))
	}
	cookie, err = b.Accounts.KnownBrowser(cookie, owner(robin))
	must(t, err)
	b.clock.Advance(time.Second)
	session, _ := b.session(robin, visit)
	must(t, b.Accounts.ChangePassword(t.Context(), robin, session.ID, password, "seven brown teapots sing", account.Visit{}))
	if known(cookie, robin) {
		t.Error("a browser of whoever had the old password is still known")
	}
}
