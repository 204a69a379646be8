package web_test

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/sso"
	"plusultra.link/privacy/internal/standin"
	"plusultra.link/privacy/web"
)

// others is what somebody else says: long, and it names people.
var others = strings.Repeat("victim@example.com said xyzzy-of-others; ", 900_000/42)

// hostileProviders play services each of which answers at length in one place.
func hostileProviders(t *testing.T) []sso.Provider {
	t.Helper()
	var providers []sso.Provider
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	say := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	wordy, err := json.Marshal(map[string]string{"error": others, "error_description": others, "error_uri": others})
	must(t, err)
	idToken := func(claims map[string]any) string {
		part := func(v any) string {
			data, err := json.Marshal(v)
			must(t, err)
			return base64.RawURLEncoding.EncodeToString(data)
		}
		token, err := json.Marshal(map[string]any{
			"access_token": "a", "token_type": "Bearer", "id_token": part(map[string]string{"alg": "RS256", "kid": "k"}) + "." + part(claims) + "." + base64.RawURLEncoding.EncodeToString([]byte("no")),
		})
		must(t, err)
		return string(token)
	}
	add := func(id string, endpoints map[string]http.HandlerFunc) {
		issuer := server.URL + "/" + id
		document := map[string]any{"issuer": issuer, "id_token_signing_alg_values_supported": []string{"RS256"}}
		for key, path := range map[string]string{"authorization_endpoint": "/auth", "token_endpoint": "/token", "jwks_uri": "/keys", "userinfo_endpoint": "/userinfo"} {
			document[key] = issuer + path
		}
		data, err := json.Marshal(document)
		must(t, err)
		if endpoints["/.well-known/openid-configuration"] == nil {
			mux.HandleFunc("/"+id+"/.well-known/openid-configuration", say(http.StatusOK, string(data)))
		}
		for path, h := range endpoints {
			mux.HandleFunc("/"+id+path, h)
		}
		providers = append(providers, sso.Provider{ID: id, Name: id, Issuer: issuer, ClientID: "portal", ClientSecret: "a secret of the test"})
	}
	for _, status := range []int{http.StatusOK, http.StatusFound, http.StatusBadRequest, http.StatusInternalServerError} {
		for kind, body := range map[string]string{"plain": others, "json": string(wordy)} {
			n := fmt.Sprintf("%s%d", kind, status)
			add("discovery"+n, map[string]http.HandlerFunc{"/.well-known/openid-configuration": say(status, body)})
			add("token"+n, map[string]http.HandlerFunc{"/token": say(status, body)})
			id := "keys" + n
			claims := map[string]any{"iss": server.URL + "/" + id, "aud": "portal", "sub": "s", "exp": time.Now().Add(time.Hour).Unix(), "iat": time.Now().Unix()}
			add(id, map[string]http.HandlerFunc{"/token": say(http.StatusOK, idToken(claims)), "/keys": say(status, body)})
		}
	}
	for _, claim := range []string{"iss", "aud", "sub", "exp"} {
		id := "claim" + claim
		claims := map[string]any{"iss": server.URL + "/" + id, "aud": "portal", "sub": "s", "exp": time.Now().Add(time.Hour).Unix()}
		claims[claim] = others
		add(id, map[string]http.HandlerFunc{"/token": say(http.StatusOK, idToken(claims))})
	}
	return providers
}

// hostileServer plays a mail server that speaks at length, at another step of
// each conversation.
func hostileServer(t *testing.T) (relay *mail.Relay, conversations *atomic.Int32) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	steps := []string{"", "EHLO", "MAIL", "RCPT", "DATA", "."}
	conversations = new(atomic.Int32)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				bad := steps[int(conversations.Add(1)-1)%len(steps)]
				say := func(words string) { _, _ = fmt.Fprint(conn, words+"\r\n") }
				if bad == "" {
					say("554 5.7.1 " + others)
					return
				}
				say("220 hello")
				in, data := bufio.NewScanner(conn), false
				for in.Scan() {
					line := in.Text()
					verb, _, _ := strings.Cut(strings.ToUpper(line), " ")
					switch {
					case data && line != ".":
					case verb == bad || verb == "HELO" && bad == "EHLO":
						say("451 4.7.1 <victim@example.com> " + others)
						return
					case verb == "DATA":
						data = true
						say("354 go on")
					default:
						data = false
						say("250 fine")
					}
				}
			}()
		}
	}()
	return mail.NewRelay(mail.SMTP{Host: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port, Plaintext: true}), conversations //nolint:forcetypeassert // a TCP listener's
}

func TestNothingThatOthersSayReachesTheLogOrAJobsErrors(t *testing.T) {
	t.Parallel()
	google, err := standin.StartProvider(standin.ProviderConfig{Name: "Google", ClientID: "portal", ClientSecret: "a secret of the test", Now: time.Now})
	must(t, err)
	t.Cleanup(func() { must(t, google.Close()) })
	wordy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = w.Write([]byte(`{"error": "` + others + `"}`))
	}))
	t.Cleanup(wordy.Close)
	providers := hostileProviders(t)
	relay, conversations := hostileServer(t)
	p := openWith(t, func(parts *app.Parts) {
		parts.Services = append(providers, sso.Provider{ID: "google", Name: "Google", Issuer: google.Issuer(), ClientID: "portal", ClientSecret: "a secret of the test", RevocationURL: wordy.URL})
		parts.Sender = relay
	})

	google.AllowRedirect(p.url + "/sign-in/with/google/callback")

	// What services say: at each endpoint, and when a grant is to end.
	met := 0
	for _, one := range providers {
		c := p.client()
		to, err := url.Parse(c.get("/sign-in/with/" + one.ID).header.Get("Location"))
		must(t, err)
		if to.Host == "" {
			continue // it did not get so far
		}
		if got := c.get("/sign-in/with/" + one.ID + "/callback?code=a&state=" + url.QueryEscape(to.Query().Get("state"))); got.status != http.StatusServiceUnavailable {
			t.Errorf("%s: %d", one.ID, got.status)
		}
		met++
	}
	if met < 15 {
		t.Errorf("only %d services were met", met)
	}
	google.RegisterUser(standin.User{Subject: "robin", Email: "robin.google@example.com", EmailVerified: true, Name: "Robin"})
	google.SignInAs("robin")
	robin := p.person("robin@example.com")
	c := p.client().signIn("robin@example.com")
	c.follow(c.post("/security/services/google/link", nil))
	for _, link := range first(postgres.Read(t.Context(), p.Reads(), func(r *postgres.Reads) *[]sso.LinkedService { return p.SSO.ReadLinks(r, robin) })) {
		if err := p.SSO.Revoke(t.Context(), audit.ByPerson(robin), link.LinkID); err != nil {
			t.Log(err)
		}
	}

	// What mail servers say, at each step of a conversation.
	for i := range 8 {
		p.client().post("/forgot", url.Values{"email": {fmt.Sprintf("victim%d@example.com", i)}})
	}

	// What browsers and programs send, to every route.
	key, _, err := p.Records.CreateKey(t.Context(), audit.BySystem("test"), "gateway", []string{"connection-log"})
	must(t, err)
	for _, route := range web.Routes() {
		path := route.Path
		for _, name := range []string{":id", ":token", ":provider", ":kind", ":category", ":version", ":source", ":row", "*"} {
			path = strings.ReplaceAll(path, name, url.PathEscape("victim@example.com xyzzy-of-others"))
		}
		c.setCookie("session", p.Session(account.SessionOwner{Person: robin})) // the last may have signed out
		query := "?next=" + url.QueryEscape(others[:2000]) + "&lang=" + url.QueryEscape(others[:200])
		for _, kind := range []string{"application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/x-ndjson", "text/csv"} {
			c.send(route.Method, path+query, strings.NewReader(others), http.Header{"Content-Type": {kind}, "Authorization": {"Bearer " + key}, "User-Agent": {others[:4000]}})
			if route.Method == http.MethodGet {
				break
			}
		}
	}
	c.send(http.MethodPost, "/api/v1/records/connection-log", strings.NewReader(others), http.Header{"Content-Type": {"application/x-ndjson"}, "Authorization": {"Bearer " + key}})

	// What PostgreSQL says of a row.
	_, quoting := p.DB.Pool.Exec(t.Context(), `insert into session (token_hash, id, created_at, seen_at, expires_at, ip) values ('', gen_random_uuid(), now(), now(), now(), $1::text::inet)`, others)
	p.Log.Error("a row was refused", "cause", fmt.Errorf("writing: %w", quoting))
	twice := p.DB.Gorm(t.Context()).Exec(`insert into email_address (person_id, id, address, is_primary, verified_at) values (?, gen_random_uuid(), 'robin@example.com', false, now())`, robin).Error
	p.Log.Warn("a row was refused", "cause", twice)

	for deadline := time.Now().Add(30 * time.Second); conversations.Load() < 12 && time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		p.clock.Advance(time.Minute)
		must(t, p.Plans.Sweep(t.Context()))
	}
	if n, waiting := conversations.Load(), p.count(`select count(*) from mail_message where failure <> ''`); n < 12 || waiting < 8 {
		t.Errorf("only %d conversations were had, and %d messages failed", n, waiting)
	}
	said := p.log.String()
	for line := range strings.Lines(said) {
		if len(line) > 8<<10 || strings.Contains(line, "victim") || strings.Contains(line, "robin@") || strings.Contains(line, "robin%40") || strings.Contains(line, "xyzzy") {
			t.Errorf("the log says: %.300s (%d bytes)", line, len(line))
		}
	}
	if !strings.Contains(said, "long work failed") {
		t.Error("nothing failed: this test proves little")
	}
	var kept string
	must(t, p.DB.Pool.QueryRow(t.Context(), `select coalesce(string_agg(errors::text, ' '), '') from river_job`).Scan(&kept))
	if strings.Contains(kept, "victim") || strings.Contains(kept, "xyzzy") || len(kept) > 64<<10 {
		t.Errorf("the queue keeps %d bytes: %.500s", len(kept), kept)
	}
}

func first[T any](value T, _ error) T { return value }
