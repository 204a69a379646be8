package main

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gocloud.dev/blob/fileblob"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/erasure"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/postgres/embedded"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/internal/testkit/apptest"
)

// city is a station with a database of two roles, a file store and a portal in
// this process, whose clock the test moves.
type city struct {
	*station
	*apptest.Portal
	keys, files string
}

func newCity(t *testing.T) *city {
	t.Helper()
	s, key := newStation(t), keyring.Generate()
	c := &city{keys: key, files: filepath.Join(t.TempDir(), "files")}
	c.station = s.as("PORTAL_KEYS="+key, "PORTAL_FILES="+c.files, "PORTAL_MIGRATE_DATABASE_URL="+testkit.OwnerURL(s.url))
	c.Portal = c.portal(t, s.url)
	must(t, c.Check(t.Context()))
	return c
}

// portal joins a portal on a database, with this one's keys and files.
func (c *city) portal(t *testing.T, url string) *apptest.Portal {
	t.Helper()
	return apptest.New(t, func(p *app.Parts) {
		var err error
		p.DB, err = postgres.Open(t.Context(), postgres.Config{URL: url, MaxConns: 8})
		must(t, err)
		t.Cleanup(p.DB.Close)
		p.Ring, err = keyring.Parse(c.keys)
		must(t, err)
		p.Files, err = fileblob.OpenBucket(c.files, &fileblob.Options{CreateDir: true, NoTempDir: true, Metadata: fileblob.MetadataDontWrite})
		must(t, err)
	})
}

// at gives the same station on another database, whose owner is named, and with
// other settings.
func (c *city) at(owner string, env ...string) *station {
	s := c.as(append([]string{"DATABASE_URL=" + testkit.RuntimeURL(owner), "PORTAL_MIGRATE_DATABASE_URL=" + owner}, env...)...)
	s.url = testkit.RuntimeURL(owner)
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// program is one of PostgreSQL's own.
func program(t *testing.T, name string) string {
	t.Helper()
	path, err := embedded.Programs{}.Tool(t.Context(), name, 15)
	must(t, err)
	return path
}

func command(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// erase erases somebody, from the asking to the receipt.
func (c *city) erase(t *testing.T, person uuid.UUID) (receipt string) {
	t.Helper()
	r, err := c.Requests.AskErasure(t.Context(), person, "")
	must(t, err)
	c.Clock.Advance(erasure.DefaultGrace)
	for range 200 {
		must(t, c.Erasures.Run(t.Context(), *r.ErasureID))
		e, err := c.Erasures.Get(t.Context(), *r.ErasureID)
		must(t, err)
		if e.State == erasure.Done {
			return e.Receipt
		}
		c.Exec(`update plan set due_at = '-infinity' where kind <> 'erasure.receipt'`)
	}
	t.Fatal("the erasure does not end")
	return ""
}

// about counts the rows about a person, by table.
func about(t *testing.T, url string, person uuid.UUID) map[string]int {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	defer func() { _ = conn.Close(t.Context()) }()
	rows, _ := conn.Query(t.Context(), `select c.table_name from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
		where c.column_name = 'person_id' and t.table_type = 'BASE TABLE' and c.table_schema = current_schema()
		union select 'person'`)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	found := map[string]int{}
	for _, table := range tables {
		column := "person_id"
		if table == "person" {
			column = "id"
		}
		var n int
		must(t, conn.QueryRow(t.Context(), "select count(*) from "+pgx.Identifier{table}.Sanitize()+" where "+column+" = $1", person).Scan(&n))
		if n > 0 {
			found[table] = n
		}
	}
	return found
}

// eventually waits for what a portal does by itself.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not after a minute: %s", what)
		}
	}
}

// connected takes in connections of somebody.
func (c *city) connected(t *testing.T, who string, n int) {
	t.Helper()
	lines := "person,started_at,network,bytes,seconds\n"
	for i := range n {
		lines += who + "," + c.Clock.Now().Add(-time.Duration(i+1)*time.Hour).UTC().Format(time.RFC3339) + ",203.0.113.0/24,1,1\n"
	}
	r, err := c.Records.Ingest(t.Context(), record.IngestInput{Category: "connection-log", Source: "test", Format: record.CSV, Actor: audit.BySystem("test"), Reader: strings.NewReader(lines)})
	if err != nil || r.Added != int64(n) {
		t.Fatalf("%d of %d came in: %v", r.Added, n, err)
	}
}

// lived is a city in which Robin was erased, and Kim unsubscribed and had their
// connections deleted, after before was called, and mail to both was waiting when it was.
func lived(t *testing.T, before func(*city)) (c *city, robin, kim uuid.UUID, receipt string) {
	t.Helper()
	c = newCity(t)
	robin = c.Person(apptest.Somebody{Email: "robin@example.com", Topics: []string{"new-features"}})
	kim = c.Person(apptest.Somebody{Email: "kim@example.com", Topics: []string{"new-features"}})
	for person, address := range map[uuid.UUID]string{robin: "robin@example.com", kim: "kim@example.com"} {
		must(t, c.DB.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
			return c.Mail.Post(ctx, tx, mail.Recipient{Owner: person, Address: address, Lang: "en"}, mail.Message{Kind: "reset", Topic: "security-notices"})
		}))
	}
	c.connected(t, "kim@example.com", 5)
	before(c)
	receipt = c.erase(t, robin)
	part, err := c.Erasures.ErasePart(t.Context(), kim, "connection-log", record.Period{})
	must(t, err)
	must(t, c.Erasures.RunPart(t.Context(), part.ID))
	must(t, c.Consents.Unsubscribe(t.Context(), consent.Link{Person: kim, Topic: "new-features"}, consent.OneClick))
	must(t, c.Consents.UnsubscribeAll(t.Context(), consent.Link{Address: c.Consents.AddressHash("nobody@example.com"), Topic: "promotions"}))
	must(t, c.Journal.Flush(t.Context()))
	return c, robin, kim, receipt
}

// nobodyIsBack fails unless a portal that serves a restored database erases Robin
// again, leaves Kim alone, and mails to neither.
func nobodyIsBack(t *testing.T, c *city, s *station, robin, kim uuid.UUID, receipt string) {
	t.Helper()
	p := c.portal(t, s.url)
	s.serve(t, "PORTAL_SMTP=smtp://"+p.Mailbox.Addr(), "PORTAL_SMTP_PLAINTEXT=true")
	if _, err := p.Accounts.SignIn(t.Context(), "robin@example.com", apptest.Password, account.Visit{}, ""); err == nil {
		t.Error("Robin signs in")
	}
	eventually(t, "Robin is erased again", func() bool { return s.rows(t, `select count(*) from erasure where state = 'done'`) == 1 })
	wanted, got := about(t, c.station.url, robin), about(t, s.url, robin)
	for _, lost := range []string{"audit_entry", "request", "request_event"} { // what was written since the backup
		delete(wanted, lost)
		delete(got, lost)
	}
	if !maps.Equal(got, wanted) {
		t.Errorf("of Robin there is %v; after the first erasure there was %v", got, wanted)
	}
	keys, err := p.Audit.Keys()
	must(t, err)
	words, err := audit.VerifyReceipt([]byte(receipt), keys...)
	must(t, err)
	holds(t, words, "Deleted:", "Account")
	if on, err := p.Consents.MayMail(t.Context(), kim, "kim@example.com", "new-features"); on || err != nil {
		t.Errorf("Kim gets mail again (%v)", err)
	}
	eventually(t, "Kim's connections go again", func() bool {
		return s.rows(t, `select count(*) from connection_log where person_id = $1`, kim) == 0 && s.rows(t, `select count(*) from erasure_part where person_id = $1 and finished_at is not null`, kim) == 1
	})
	if _, err := p.Accounts.SignIn(t.Context(), "kim@example.com", apptest.Password, account.Visit{}, ""); err != nil {
		t.Errorf("Kim can't sign in: %v", err)
	}
	if n := s.rows(t, `select count(*) from suppression where address_hash = $1`, p.Consents.AddressHash("nobody@example.com")); n != 1 {
		t.Error("an address that is nobody's gets mail again")
	}
	for _, to := range []string{"robin@example.com", "kim@example.com"} {
		if got := p.Mailbox.Messages(to); len(got) != 0 {
			t.Errorf("%d messages went to %s", len(got), to)
		}
	}
	if n := s.rows(t, `select count(*) from mail_message where sealed is null and failure = $1`, mail.Restored); n == 0 {
		t.Error("what was waiting is not shown as given up")
	}
	if f, err := p.Operation.Read(t.Context()); err != nil || f.Restored.IsZero() {
		t.Errorf("the operator's page does not say that the database comes from a backup (%v)", err)
	}
	holds(t, s.must(t, "erasure", "replay"), "0 segments", "0 erasures", "0 withdrawals")
	holds(t, s.must(t, "journal", "check"), "whole")
}

func TestARestoredDumpBringsNobodyBackAndMailsNobody(t *testing.T) {
	t.Parallel()
	dump := filepath.Join(t.TempDir(), "portal.sql")
	c, robin, kim, receipt := lived(t, func(c *city) {
		command(t, program(t, "pg_dump"), "--no-owner", "--no-acl", "--file="+dump, "--dbname="+testkit.OwnerURL(c.station.url))
	})
	owner := testkit.EmptyDatabaseURL(t)
	command(t, program(t, "psql"), "--quiet", "--set=ON_ERROR_STOP=1", "--file="+dump, "--dbname="+owner)
	s := c.at(owner)
	s.must(t, "migrate") // gives the role that serves its rights
	if n := s.rows(t, `select count(*) from person where id = $1`, robin); n != 1 {
		t.Fatal("the dump does not bring Robin back: the test proves nothing")
	}
	if n := s.rows(t, `select count(*) from connection_log where person_id = $1`, kim); n != 5 {
		t.Fatal("nor what Kim had deleted")
	}
	nobodyIsBack(t, c, s, robin, kim, receipt)
}

func TestABackupIsRestoredWholeAndBringsNobodyBack(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	c, robin, kim, receipt := lived(t, func(c *city) { holds(t, c.must(t, "backup", folder), "the database, 1 file,") })
	made, err := filepath.Glob(filepath.Join(folder, "portal-*.zip"))
	if err != nil || len(made) != 1 {
		t.Fatalf("made %q (%v)", made, err)
	}
	if left, _ := filepath.Glob(filepath.Join(folder, ".portal*")); len(left) != 0 {
		t.Errorf("left %q", left)
	}
	holds(t, c.must(t, "restore", "--check", made[0]), "is whole")
	t.Run("beside the file store that survived", func(t *testing.T) {
		s := c.at(testkit.EmptyDatabaseURL(t))
		holds(t, s.must(t, "restore", made[0]), "left as it is", "1 erasure, 1 suppression and 1 withdrawal.", "serve")
		if _, told, code := s.run(t, "restore", made[0]); code != 1 || !strings.Contains(told, "holds something already") {
			t.Errorf("restored over what there is: %d, %s", code, told)
		}
		nobodyIsBack(t, c, s, robin, kim, receipt)
	})
	t.Run("where all was lost, it is as it was", func(t *testing.T) {
		s := c.at(testkit.EmptyDatabaseURL(t), "PORTAL_FILES="+filepath.Join(t.TempDir(), "files"))
		holds(t, s.must(t, "restore", made[0]), "file store: 1 file.", "0 segments")
		if n := s.rows(t, `select count(*) from mail_message where sealed is not null`); n != 0 {
			t.Errorf("%d messages would go out a second time", n)
		}
		holds(t, s.must(t, "journal", "check"), "whole")
	})
}

func TestARoleThatOwnsNothingIsToldWhoCanBackUpAndRestore(t *testing.T) {
	t.Parallel()
	c, folder := newCity(t), t.TempDir()
	refused := func(s *station, args ...string) {
		t.Helper()
		_, told, code := s.run(t, args...)
		if code != 1 || strings.Count(strings.TrimSpace(told), "\n") != 0 || strings.Contains(told, "SQLSTATE") || strings.Contains(told, "pg_") {
			t.Errorf("%v ended with %d and said\n%s", args, code, told)
		}
		holds(t, told, "PORTAL_MIGRATE_DATABASE_URL", "nothing was done")
	}
	refused(c.as("PORTAL_MIGRATE_DATABASE_URL="), "backup", folder)
	if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
		t.Errorf("left %v (%v)", left, err)
	}
	file := filepath.Join(folder, "backup.zip")
	c.must(t, "backup", file)
	s := c.at(testkit.EmptyDatabaseURL(t))
	_, told, _ := s.run(t, "staff", "list")
	holds(t, told, "portal migrate", "portal restore")
	refused(s.as("PORTAL_MIGRATE_DATABASE_URL="), "restore", file)
	s.must(t, "restore", file)
}

func TestABackupThatIsNotThereIsNamedWithoutAPageOfHelp(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	_, told, code := c.run(t, "restore", filepath.Join(t.TempDir(), "portal.zip"))
	if code != 1 || strings.Count(strings.TrimSpace(told), "\n") != 0 {
		t.Errorf("ended with %d and said\n%s", code, told)
	}
	holds(t, told, "portal.zip", "no such file")
}

func TestWhatIsNotAWholeBackupOfThisPortalIsRefusedInASentence(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	file := filepath.Join(t.TempDir(), "backup.zip")
	c.must(t, "backup", file)
	whole, err := os.ReadFile(file)
	must(t, err)
	spoilt := func(content []byte) string {
		name := filepath.Join(t.TempDir(), "spoilt.zip")
		must(t, os.WriteFile(name, content, 0o600))
		return name
	}
	altered := append([]byte{}, whole...)
	altered[len(altered)/3] ^= 1
	other := newCity(t)
	theirs := filepath.Join(t.TempDir(), "theirs.zip")
	other.must(t, "backup", theirs)
	taken := t.TempDir()
	must(t, os.WriteFile(filepath.Join(taken, "something"), []byte("of somebody"), 0o600))
	empty := testkit.EmptyDatabaseURL(t)
	rotated := keyring.Generate()
	for name, r := range map[string]struct {
		s    *station
		file string
		says string
	}{
		"cut short":                 {c.at(empty), spoilt(whole[:len(whole)/2]), "cut short"},
		"altered":                   {c.at(empty), spoilt(altered), "altered or damaged"},
		"altered and packed again":  {c.at(empty), spoilt(repacked(t, whole)), "altered or damaged"},
		"something else":            {c.at(empty), spoilt([]byte("hello")), "not a whole backup"},
		"another company's":         {c.at(empty), theirs, "PORTAL_KEYS are not the keys of this database"},
		"keys that know it no more": {c.at(empty, "PORTAL_KEYS="+rotated), file, "PORTAL_KEYS are not the keys"},
		"over what there is":        {c.station, file, "holds something already"},
		"beside others' files":      {c.at(empty, "PORTAL_FILES="+taken), file, "holds something that is not of this backup"},
		"beside another's store":    {c.at(empty, "PORTAL_FILES="+other.files), file, "holds something that is not of this backup"},
	} {
		out, told, code := r.s.run(t, "restore", r.file)
		if code != 1 || strings.Count(strings.TrimSpace(told), "\n") != 0 {
			t.Errorf("%s: %d\n%s%s", name, code, out, told)
		}
		holds(t, told, r.says)
	}
	if _, told, code := c.run(t, "backup", file); code != 1 || !strings.Contains(told, "already") {
		t.Errorf("backed up over another: %d, %s", code, told)
	}
	lost := filepath.Join(t.TempDir(), "none", "backup.zip")
	if _, told, code := c.run(t, "backup", lost); code != 1 || told == "" {
		t.Errorf("into a folder that is not there: %d, %s", code, told)
	}
	// Keys that were rotated since, in two steps, still open it.
	holds(t, c.at(empty, "PORTAL_KEYS="+rotated+","+c.keys, "PORTAL_FILES="+filepath.Join(t.TempDir(), "files")).must(t, "restore", file), "The portal is back")
}

// repacked is a backup of which somebody has changed the database and nothing
// else: its checksums as a ZIP file are right.
func repacked(t *testing.T, whole []byte) []byte {
	t.Helper()
	from, err := zip.NewReader(bytes.NewReader(whole), int64(len(whole)))
	must(t, err)
	var out bytes.Buffer
	to := zip.NewWriter(&out)
	for _, f := range from.File {
		r, err := f.Open()
		must(t, err)
		content, err := io.ReadAll(r)
		must(t, err)
		if strings.HasSuffix(f.Name, ".dump") {
			content[len(content)/2] ^= 1
		}
		w, err := to.Create(f.Name)
		must(t, err)
		_, err = w.Write(content)
		must(t, err)
	}
	must(t, to.Close())
	return out.Bytes()
}

func TestOfTwoRestoresAtOnceOneIsDone(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	file := filepath.Join(t.TempDir(), "backup.zip")
	c.must(t, "backup", file)
	s := c.at(testkit.EmptyDatabaseURL(t))
	type end struct {
		told string
		code int
	}
	ends := make(chan end, 2)
	for range 2 {
		go func() {
			_, told, code := s.run(t, "restore", file)
			ends <- end{told, code}
		}()
	}
	one, two := <-ends, <-ends
	if one.code+two.code != 1 {
		t.Fatalf("%+v\n%+v", one, two)
	}
	if told := one.told + two.told; !strings.Contains(told, "another restore") && !strings.Contains(told, "holds something already") {
		t.Errorf("the other one says: %s", told)
	}
	s.refusedNothing(t)
}

// refusedNothing is a start that goes well.
func (s *station) refusedNothing(t *testing.T) {
	t.Helper()
	s.serve(t, "PORTAL_SMTP=smtp://mail.example.com")
}
