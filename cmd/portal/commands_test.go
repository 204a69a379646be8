package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/standin"
)

// rows asks the station's database for one number.
func (s *station) rows(t *testing.T, query string, args ...any) (n int64) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	if err := conn.QueryRow(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// robin is somebody whose rows can be imported.
func (s *station) robin(t *testing.T) {
	t.Helper()
	n := s.rows(t, `with p as (insert into person (id, created_at, lang, age_band) values (gen_random_uuid(), now(), 'en', '18+') returning id),
		a as (insert into email_address (person_id, id, address, is_primary, verified_at) select id, gen_random_uuid(), 'robin@example.com', true, now() from p returning 1)
		select count(*) from a`)
	if n != 1 {
		t.Fatal("robin was not made")
	}
}

func TestABadConfigurationIsRefusedWholeASentencePerFault(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	s.env = append(s.env, "PORTAL_KEYS=short", "PORTAL_URL=privacy.example.com", "PORTAL_SMTP=", "PORTAL_ERASURE_GRACE=1s", "PORTAL_LISTEN=nowhere", "PORTAL_DKIM_KEY=hunter2", "PORTAL_DKIM_SELECTOR=portal")
	out, told, code := s.run(t, "serve")
	if code != 1 || out != "" {
		t.Errorf("serve ended with %d and wrote %q", code, out)
	}
	holds(t, told, "PORTAL_KEYS", "PORTAL_URL", "PORTAL_SMTP", "PORTAL_ERASURE_GRACE", "PORTAL_LISTEN", "PORTAL_DKIM_KEY")
	if lines := strings.Split(strings.TrimSpace(told), "\n"); len(lines) != 6 || strings.Contains(told, "hunter2") {
		t.Errorf("%d lines for 6 faults:\n%s", len(lines), told)
	}
}

func TestAFileIsImportedTwiceAndCountsOnce(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	s.robin(t)
	file := filepath.Join(t.TempDir(), "log.csv")
	if err := os.WriteFile(file, []byte("person,started_at,network,bytes,seconds,destination\n"+
		"robin@example.com,2025-12-01T00:00:00Z,203.0.113.0/24,1,2,\n"+
		"robin@example.com,2025-12-01T01:00:00Z,203.0.113.0/24,1,2,example.org\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, told, code := s.run(t, "import", "--category", "connection-log", file)
	if code != 3 {
		t.Fatalf("ended with %d:\n%s", code, told)
	}
	holds(t, out, "1 added, 0 known, 1 refused")
	holds(t, told, file+":3: destination may never be held", "1 row was refused; the rest is held")
	holds(t, s.must(t, "import", "--max-refused=1", "--category", "connection-log", file), "0 added, 1 known, 1 refused")
	if n := s.rows(t, "select count(*) from connection_log"); n != 1 {
		t.Errorf("%d rows are held, want 1", n)
	}
	for _, c := range []struct{ says, category, file string }{
		{"no such file", "connection-log", filepath.Join(t.TempDir(), "none.csv")},
		{"category", "no-such-category", file},
		{"--format", "connection-log", os.Args[0]},
	} {
		if _, told, code := s.run(t, "import", "--category", c.category, c.file); code != 1 || !strings.Contains(told, c.says) {
			t.Errorf("import of %s into %s ended with %d and says %q; want 1 and %q", c.file, c.category, code, told, c.says)
		}
	}
}

func TestRowsOfWhoeverSaidNoAreRefusedAndTheLedgerIsCheckedAgainstTheState(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	s.robin(t)
	file := filepath.Join(t.TempDir(), "visits.ndjson")
	if err := os.WriteFile(file, []byte(`{"person":"robin@example.com","at":"2025-12-01T00:00:00Z","page":"/"}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	holds(t, s.must(t, "import", "--category", "site-usage", file), "1 added")
	s.rows(t, `with no as (select id person_id, gen_random_uuid() id, now() at, 'analytics' topic, false given, 'preferences' channel from person),
		e as (insert into consent_event (person_id, id, at, topic, given, channel) select * from no),
		s as (insert into consent_state (person_id, at, topic, given, channel) select person_id, at, topic, given, channel from no returning 1) select count(*) from s`)
	out, told, code := s.run(t, "import", "--category", "site-usage", file)
	if holds(t, out, "0 added, 0 known, 1 refused"); code != 3 || !strings.Contains(told, file+":1: person has said no to this use") {
		t.Errorf("ended with %d:\n%s", code, told)
	}
	holds(t, s.must(t, "consent", "check"), "The choices of 1 person are what the ledger says.")
	s.rows(t, "with s as (update consent_state set given = true returning 1) select count(*) from s")
	out, told, code = s.run(t, "consent", "check")
	if holds(t, out, "analytics: the ledger says no since"); code != 1 || !strings.Contains(told, "of 1 person, 1 choice is not what the ledger says") {
		t.Errorf("ended with %d:\n%s", code, told)
	}
}

func TestAnImportThatWasKilledIsRepeatedAndNothingIsLostOrDoubled(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	s.robin(t)
	const all = 120_000
	file := filepath.Join(t.TempDir(), "log.ndjson")
	var b strings.Builder
	for i := range all {
		at := time.Date(2025, 12, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Second).Format(time.RFC3339)
		fmt.Fprintf(&b, `{"person":"robin@example.com","started_at":%q,"network":"203.0.113.0/24","bytes":%d,"seconds":2}`+"\n", at, i)
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	cut := false
	for range 5 { // a machine may be so quick that a run is over before it is killed
		run := s.command(t.Context(), "import", "--category", "connection-log", file)
		if err := run.Start(); err != nil {
			t.Fatal(err)
		}
		before := s.rows(t, "select count(*) from connection_log")
		for s.rows(t, "select count(*) from connection_log") == before && before < all {
			time.Sleep(5 * time.Millisecond)
		}
		_ = run.Process.Kill()
		_ = run.Wait()
		n := s.rows(t, "select count(*) from connection_log")
		if cut = n > 0 && n < all; cut || n == all {
			break
		}
	}
	if !cut {
		t.Log("no run was cut in the middle")
	}
	holds(t, s.must(t, "import", "--category", "connection-log", file), " 0 refused")
	rows := s.rows(t, "select count(*) from connection_log")
	sum := s.rows(t, "select sum(bytes)::bigint from connection_log")
	if rows != all || sum != all*(all-1)/2 {
		t.Errorf("%d rows with %d bytes; want %d", rows, sum, all)
	}
}

func TestAKeyIsMadeListedAndRevoked(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	token := strings.TrimSpace(s.must(t, "apikey", "add", "gateway", "--categories", "connection-log,site-usage"))
	if strings.ContainsAny(token, " \n") || len(token) < 40 {
		t.Errorf("the key is %q", token)
	}
	listed := s.must(t, "apikey", "list")
	holds(t, listed, "gateway", "connection-log,site-usage")
	if strings.Contains(listed, token) {
		t.Error("the list shows the key itself")
	}
	id := regexp.MustCompile(`[0-9a-f-]{36}`).FindString(listed)
	holds(t, s.must(t, "apikey", "revoke", id), "is revoked")
	if n := s.rows(t, "select count(*) from api_key where revoked_at is not null"); n != 1 {
		t.Errorf("%d keys are revoked", n)
	}
	s.must(t, "apikey", "add", "gateway", "--categories", "connection-log") // the name is free again
	for _, wrong := range []struct {
		says    string
		command []string
	}{
		{"called “gateway” already", []string{"apikey", "add", "gateway", "--categories", "connection-log"}},
		{"portal apikey list", []string{"apikey", "revoke", "gateway"}},
		{"connection-log", []string{"import", "--category", "nonsense", "--format", "csv", os.DevNull}},
	} {
		if _, told, code := s.run(t, wrong.command...); code == 0 || !strings.Contains(told, wrong.says) {
			t.Errorf("%v: %d %s", wrong.command, code, told)
		}
	}
	if _, told, code := s.run(t, "apikey", "add", "gateway", "--categories", "nonsense"); code != 1 || !strings.Contains(told, "nonsense") {
		t.Errorf("a key for no category: %d, %s", code, told)
	}
}

func TestStaffAreInvitedListedAndShutOut(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	s.must(t, "staff", "add", "second@example.com", "--name", "Somebody else")
	_, replaced, _ := s.run(t, "staff", "add", "second@example.com", "--name", "Somebody", "--role", "officer")
	holds(t, replaced, "replaces an earlier invitation for Somebody else as agent")
	invited := s.must(t, "staff", "add", "officer@example.com", "--name", "The first officer", "--role", "admin")
	holds(t, invited, "The first officer (officer@example.com)", "as admin", "http://localhost:8080/staff/")
	holds(t, s.must(t, "staff", "list"), "officer@example.com", "admin", "invited")
	holds(t, s.must(t, "staff", "disable", "officer@example.com"), "is disabled")
	holds(t, s.must(t, "staff", "list"), "disabled")
	if n := s.rows(t, "select count(*) from audit_entry where action like 'staff.%'"); n != 4 {
		t.Errorf("%d audit entries, want one for each change", n)
	}
	for _, c := range [][]string{
		{"staff", "add", "not an address", "--name", "X"},
		{"staff", "disable", "nobody@example.com"},
	} {
		if _, told, code := s.run(t, c...); code == 0 || told == "" {
			t.Errorf("%v ended with %d and says %q", c, code, told)
		}
	}
}

func TestASampleLeavesByTheRunningPortalWithBothWaysOut(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	mailbox, err := standin.StartMailbox(standin.MailboxConfig{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mailbox.Close() })
	at := s.serve(t, "PORTAL_SMTP=smtp://"+mailbox.Addr(), "PORTAL_SMTP_PLAINTEXT=true")
	s.env = append(s.env, "PORTAL_URL=http://"+at)

	out := s.must(t, "mail-test", "promotions", "robin@example.com")
	holds(t, out, "has not agreed", "on its way to robin@example.com")
	message, err := mailbox.Wait(t.Context(), "robin@example.com", "")
	if err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`http://\S+`).FindString(out)
	raw := string(message.Raw)
	holds(t, strings.ReplaceAll(raw, "\r\n ", " "), "List-Unsubscribe: <"+link+">", "List-Unsubscribe-Post: List-Unsubscribe=One-Click")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, link, strings.NewReader("List-Unsubscribe=One-Click"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK || s.rows(t, "select count(*) from suppression where topic = 'promotions'") != 1 {
		t.Errorf("one click answered %s, and the address is not kept from promotions", res.Status)
	}

	holds(t, s.must(t, "mail-test", "security-notices", "robin@example.com"), "carries no unsubscribe header")
	if _, told, code := s.run(t, "mail-test", "nonsense", "robin@example.com"); code != 1 || !strings.Contains(told, "promotions") {
		t.Errorf("an unknown topic: %d, %s", code, told)
	}
	health := s.command(t.Context(), "health")
	health.Env = append(health.Env, "PORTAL_LISTEN="+at)
	if said, err := health.CombinedOutput(); err != nil {
		t.Errorf("health: %v: %s", err, said)
	}
}

func TestTheRecordOfASigningKeyIsPrintedAsAZoneFileHasIt(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "dkim.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	out := s.must(t, "mail-dns", "--dkim-selector=portal2026", "--dkim-key=@"+file, "--mail-from=us@mail.invalid")
	holds(t, out, `portal2026._domainkey.mail.invalid. IN TXT "v=DKIM1; k=ed25519; p=`+base64.StdEncoding.EncodeToString(key.Public().(ed25519.PublicKey))+`"`, "Not yet")
	if _, told, code := s.run(t, "mail-dns"); code != 1 || !strings.Contains(told, "PORTAL_DKIM_KEY") {
		t.Errorf("without a key: %d, %s", code, told)
	}
}

func TestAForgedReceiptIsRefused(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	holds(t, s.must(t, "receipt", "key"), "localhost")
	file := filepath.Join(t.TempDir(), "receipt.txt")
	if err := os.WriteFile(file, []byte("Everything was erased.\n\n— localhost:8080 AAAAAAAA\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, told, code := s.run(t, "receipt", "verify", "-"); code != 1 || !strings.Contains(told, "receipt") {
		t.Errorf("the standard input: %d %s", code, told)
	}
	if out, told, code := s.run(t, "receipt", "verify", file); code != 1 || out != "" || told == "" {
		t.Errorf("ended with %d, wrote %q and says %q", code, out, told)
	}
}
