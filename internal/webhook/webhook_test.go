package webhook_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/testkit/apptest"
	"plusultra.link/privacy/internal/webhook"
)

var admin = audit.BySystem("test")

// receiver is another system.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	status func(n int) int // that the n-th message is answered with
	got    []message
	during func() // what happens before it answers
}

type message struct {
	id, signature, timestamp string
	body                     []byte
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, _ := io.ReadAll(q.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got = append(r.got, message{q.Header.Get("webhook-id"), q.Header.Get("webhook-signature"), q.Header.Get("webhook-timestamp"), body})
	if r.during != nil {
		r.during()
	}
	w.Header().Set("Location", "/elsewhere")
	w.WriteHeader(r.status(len(r.got)))
}

// always answers alike.
func always(status int) func(int) int { return func(int) int { return status } }

type bundle struct {
	*apptest.Portal
	t    *testing.T
	to   *receiver
	hook webhook.Webhook
	keys []string
}

// setup is a portal with a receiver that takes everything.
func setup(t *testing.T) *bundle {
	t.Helper()
	b := &bundle{t: t, to: &receiver{status: always(http.StatusNoContent)}}
	b.to.Server = httptest.NewTLSServer(b.to)
	t.Cleanup(b.to.Close)
	roots := x509.NewCertPool()
	roots.AddCert(b.to.Certificate())
	b.Portal = apptest.New(t, func(p *app.Parts) {
		p.Webhooks = app.WebhookRules{Inside: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Roots: roots}
	})
	var secret string
	var err error
	b.hook, secret, err = b.Webhooks.Add(t.Context(), admin, "newsletter", b.to.URL+"/hook")
	must(t, err)
	b.keys = []string{secret}
	return b
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// choose is somebody's word, a second after the last.
func (b *bundle) choose(person uuid.UUID, topic string, on bool) {
	b.t.Helper()
	b.Clock.Advance(time.Second)
	_, err := b.Consents.Set(b.t.Context(), consent.Choice{Actor: audit.ByPerson(person), Person: person, Channel: consent.Preferences, Lang: "en"}, map[string]bool{topic: on})
	must(b.t, err)
}

// work sends what is due, so long after the last time.
func (b *bundle) work(later time.Duration) {
	b.t.Helper()
	b.Clock.Advance(later)
	must(b.t, b.Plans.Run(b.t.Context(), "webhook", b.hook.ID))
}

// fares is how the subscription does.
func (b *bundle) fares() webhook.Subscribed {
	b.t.Helper()
	r := b.Reads()
	all := b.Webhooks.ReadAll(r)
	must(b.t, r.Send(b.t.Context()))
	if len(*all) != 1 {
		b.t.Fatalf("%d subscriptions", len(*all))
	}
	return (*all)[0]
}

// lines are those of messages, in the order in which they came.
func lines(t *testing.T, all []message) (ids []string) {
	t.Helper()
	for _, m := range all {
		var said struct {
			Type string
			Data struct {
				Changes []struct{ ID, Person, Topic string }
			}
		}
		must(t, json.Unmarshal(m.body, &said))
		if said.Type != "consent.changed" || len(said.Data.Changes) == 0 || len(said.Data.Changes) > 100 {
			t.Errorf("%.200s", m.body)
		}
		for _, c := range said.Data.Changes {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// ledger are the lines that there are.
func (b *bundle) ledger() (ids []string) {
	b.t.Helper()
	must(b.t, b.DB.Pool.QueryRow(b.t.Context(), `select array_agg(id::text order by at, id) from consent_event`).Scan(&ids))
	return ids
}

func TestAReceiverThatIsAwayForADayGetsEveryLineOnceAndInOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin := b.Person(apptest.Somebody{Email: "robin@example.com", NoPassword: true})
	b.choose(robin, "promotions", true)
	b.work(time.Minute)
	if len(b.to.got) != 1 {
		t.Fatalf("%d messages", len(b.to.got))
	}
	b.to.status = always(http.StatusServiceUnavailable)
	for i := range 250 { // more than two messages
		b.choose(robin, "promotions", i%2 == 1)
	}
	for range 24 {
		b.work(time.Hour)
	}
	if f := b.fares(); f.FailedAt == nil || f.Failure != webhook.Answered || f.Status != 503 || len(f.Dead) > 0 {
		t.Errorf("%+v", f)
	}
	tried := b.to.got[1:]
	if len(tried) < 24 {
		t.Errorf("%d tries in a day", len(tried))
	}
	for _, m := range tried {
		if m.id != tried[0].id || !bytes.Equal(m.body, tried[0].body) {
			t.Fatalf("the same message bears %s and %s", tried[0].id, m.id)
		}
	}
	b.to.status = always(http.StatusOK)
	away := len(b.to.got)
	b.work(time.Hour)
	taken := append(b.to.got[:1:1], b.to.got[away:]...)
	if got := lines(t, taken); !slices.Equal(got, b.ledger()) {
		t.Errorf("%d lines were taken, there are %d", len(got), len(b.ledger()))
	}
	if taken[1].id != tried[0].id {
		t.Error("what was tried is sent by another id")
	}
	if f := b.fares(); f.FailedAt != nil || f.Failure != "" || f.TakenAt == nil || b.Count("select count(*) from webhook_message") != 0 {
		t.Errorf("%+v", f)
	}
	for _, said := range []string{"robin@example.com", "Robin", "wording"} {
		if strings.Contains(fmt.Sprintf("%s", taken), said) {
			t.Errorf("a message says %q", said)
		}
	}
}

func TestAMessageThatWasSentByAPortalThatWasKilledIsSentAgainByItsID(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin := b.Person(apptest.Somebody{Email: "robin@example.com", NoPassword: true})
	b.choose(robin, "promotions", true)
	killed, kill := context.WithCancel(t.Context())
	b.to.during = kill
	b.Clock.Advance(time.Minute)
	if err := b.Plans.Run(killed, "webhook", b.hook.ID); err == nil {
		t.Fatal("it was not killed")
	}
	b.to.during = nil
	b.choose(robin, "promotions", false) // meanwhile: it belongs to the next
	b.work(time.Minute)
	if len(b.to.got) != 3 || b.to.got[0].id != b.to.got[1].id || !bytes.Equal(b.to.got[0].body, b.to.got[1].body) || b.to.got[2].id == b.to.got[1].id {
		t.Errorf("%d messages: %s", len(b.to.got), b.to.got)
	}
	if got := lines(t, b.to.got[1:]); !slices.Equal(got, b.ledger()) {
		t.Errorf("%v", got)
	}
}

func TestWhatIsRefusedAgainAndAgainIsPutAsideAndSentAgainFromThere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin := b.Person(apptest.Somebody{Email: "robin@example.com", NoPassword: true})
	b.choose(robin, "promotions", true)
	b.to.status = always(http.StatusFound) // it leads elsewhere, and nobody goes there
	for range 12 {
		b.work(time.Hour)
	}
	if n := len(b.to.got); n != 8 {
		t.Errorf("%d tries", n)
	}
	b.to.status = always(http.StatusOK)
	b.choose(robin, "promotions", false)
	b.work(time.Hour)
	f := b.fares()
	if len(f.Dead) != 1 || f.Dead[0].Lines != 1 || f.Dead[0].Status != http.StatusFound || f.FailedAt != nil || len(b.to.got) != 9 {
		t.Fatalf("%+v, %d messages", f, len(b.to.got))
	}
	refused := b.to.got[0].id
	if webhook.MessageID(f.Dead[0].ID) != refused {
		t.Error("another message was put aside")
	}
	must(t, b.Webhooks.Replay(t.Context(), admin, b.hook.ID, f.Dead[0].ID))
	if err := b.Webhooks.Replay(t.Context(), admin, b.hook.ID, f.Dead[0].ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("a second time: %v", err)
	}
	b.work(time.Minute)
	if last := b.to.got[len(b.to.got)-1]; len(b.to.got) != 10 || last.id != refused || len(b.fares().Dead) != 0 {
		t.Errorf("%d messages, the last %s", len(b.to.got), last.id)
	}
	cursor := b.fares().Cursor
	must(t, b.Webhooks.ReplayFrom(t.Context(), admin, b.hook.ID, consent.Cursor{}))
	b.work(time.Minute)
	if got := lines(t, b.to.got[10:]); !slices.Equal(got, b.ledger()) || b.to.got[10].id == refused || b.fares().Cursor != cursor {
		t.Errorf("from the beginning: %v of %v", got, b.ledger())
	}
	if n := b.Count("select count(*) from audit_entry where action = 'webhook.replayed'"); n != 2 {
		t.Errorf("%d of two are on record", n)
	}
	must(t, b.Webhooks.Remove(t.Context(), admin, b.hook.ID))
	b.choose(robin, "promotions", true)
	b.work(time.Hour)
	if len(b.to.got) != 11 || b.Count("select count(*) from plan where kind = 'webhook'") != 0 {
		t.Error("somebody who left is told")
	}
}

// signed is the signature of a message, as Standard Webhooks says.
func signed(t *testing.T, m message, secret string) string {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	must(t, err)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(m.id + "." + m.timestamp + "." + string(m.body)))
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func TestANewSecretSignsBesideTheOldOneForAWhileAndThenAlone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin := b.Person(apptest.Somebody{Email: "robin@example.com", NoPassword: true})
	b.choose(robin, "promotions", true)
	b.work(time.Minute)
	second, err := b.Webhooks.Rotate(t.Context(), admin, b.hook.ID, time.Hour)
	must(t, err)
	b.choose(robin, "promotions", false)
	b.work(time.Minute)
	b.choose(robin, "promotions", true)
	b.work(time.Hour)
	for i, secrets := range [][]string{{b.keys[0]}, {second, b.keys[0]}, {second}} {
		var want []string
		for _, s := range secrets {
			want = append(want, signed(t, b.to.got[i], s))
		}
		if got := b.to.got[i].signature; got != strings.Join(want, " ") {
			t.Errorf("%d: %s, want %s", i, got, want)
		}
	}
	if at := fmt.Sprint(b.Clock.Now().Unix()); b.to.got[2].timestamp != at {
		t.Errorf("at %s, want %s", b.to.got[2].timestamp, at)
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(second, "whsec_"))
	must(t, err)
	if b.Count("select count(*) from webhook where position($1 in secret) > 0", raw) != 0 {
		t.Error("the secret lies open")
	}
}

func TestNoMessageGoesToAnAddressInsideANetworkWhateverItsNameSays(t *testing.T) {
	t.Parallel()
	b := setup(t)
	other := apptest.New(t) // nobody allows it anything
	for _, url := range []string{
		"http://example.com/hook", "https://", "https://user:password@example.com/", "https://example.com/#part", "ftp://example.com/",
		"https://127.0.0.1/", "https://[::1]/", "https://10.0.0.1/", "https://169.254.169.254/latest", "https://[::ffff:192.168.0.1]/", "https://[64:ff9b::a00:1]/", "https://100.64.0.1/", "https://0.0.0.0/",
	} {
		if _, _, err := other.Webhooks.Add(t.Context(), admin, "newsletter", url); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", url, err)
		}
	}
	// A name is looked at when it is dialled.
	w, _, err := other.Webhooks.Add(t.Context(), admin, "newsletter", strings.Replace(b.to.URL, "127.0.0.1", "localhost", 1))
	must(t, err)
	if _, _, err := other.Webhooks.Add(t.Context(), admin, "newsletter", "https://example.com/"); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second of one name: %v", err)
	}
	robin := other.Person(apptest.Somebody{Email: "robin@example.com", NoPassword: true})
	_, err = other.Consents.Set(t.Context(), consent.Choice{Actor: audit.ByPerson(robin), Person: robin, Channel: consent.Preferences, Lang: "en"}, map[string]bool{"promotions": true})
	must(t, err)
	must(t, other.Plans.Run(t.Context(), "webhook", w.ID))
	if n := other.Count("select count(*) from webhook where failure = 'inside' and status = 0 and failed_at is not null"); n != 1 || len(b.to.got) != 0 {
		t.Errorf("%d, %d messages came through", n, len(b.to.got))
	}
}
