package export_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"gocloud.dev/blob"
	"gocloud.dev/blob/memblob"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/export"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/internal/testkit/apptest"
	"plusultra.link/privacy/views/text"
)

// bundle is everything an export stands on; its jobs are worked by hand.
type bundle struct {
	*export.Service
	export.Deps
	t       testing.TB
	clock   *testkit.SetClock
	records *record.Service
	source  func(record.Source) record.Source // puts something between, if set
	keys    string
	told    int // how often Ready was
	letters letters
	queue   *jobs.Queue
	portal  *apptest.Portal
}

func setup(t testing.TB, change ...func(*export.Deps)) *bundle {
	t.Helper()
	return setupOn(t, testkit.DB(t), change...)
}

func setupOn(t testing.TB, db *postgres.DB, change ...func(*export.Deps)) *bundle {
	t.Helper()
	b := &bundle{t: t, keys: os.Getenv("PORTAL_KEYS_OF_TEST")} // of a child of a test
	if b.keys == "" {
		b.keys = keyring.Generate()
	}
	ring, err := keyring.Parse(b.keys)
	must(t, err)
	catalog, err := text.Load(testkit.ThirdLanguage(t))
	must(t, err)
	p := apptest.New(t, func(parts *app.Parts) { parts.DB, parts.Ring, parts.Sender = db, ring, &b.letters })
	b.portal, b.clock, b.records, b.queue = p, p.Clock, p.Records, p.Queue
	d := export.Deps{
		DB: db, Plans: jobs.NewPlans(db, p.Queue, p.Log, p.Clock.Now), Ring: ring, Register: p.Register,
		Sources: b.sources, Words: p.Words, Mail: p.Mail, Catalog: catalog, Accounts: p.Accounts,
		Files: memblob.OpenBucket(nil), Keep: 7 * 24 * time.Hour, Pace: export.Full,
		Kept:  p.Retention.KeptFor,
		Ready: func(context.Context, postgres.Tx, uuid.UUID, time.Time) error { b.told++; return nil },
		Log:   p.Log, BaseURL: apptest.Base, Now: p.Clock.Now,
	}
	for _, c := range change {
		c(&d)
	}
	b.Deps, b.Service = d, export.New(d)
	return b
}

func (b *bundle) sources(category string) []record.Source {
	all := b.records.For(category)
	if b.source == nil {
		return all
	}
	between := make([]record.Source, len(all))
	for i, s := range all {
		between[i] = b.source(s)
	}
	return between
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bundle) exec(sql string, args ...any) {
	b.t.Helper()
	_, err := b.DB.Pool.Exec(b.t.Context(), sql, args...)
	must(b.t, err)
}

func (b *bundle) count(sql string, args ...any) (n int64) {
	b.t.Helper()
	must(b.t, b.DB.Pool.QueryRow(b.t.Context(), sql, args...).Scan(&n))
	return n
}

// person is somebody with an account, who reads this language.
func (b *bundle) person(address, lang string) uuid.UUID {
	b.t.Helper()
	id, now := postgres.NewID(), b.clock.Now()
	b.exec("insert into person (id, created_at, lang, age_band) values ($1, $2, $3, '18+')", id, now, lang)
	b.exec("insert into profile (person_id, full_name, updated_at) values ($1, $2, $3)", id, `=HYPERLINK("x"), Mara`, now)
	b.exec("insert into email_address (person_id, id, address, is_primary, verified_at) values ($1, $2, $3, true, $4)", id, postgres.NewID(), address, now)
	return id
}

// connections gives somebody n connections, a minute apart, as ingest would.
func (b *bundle) connections(person uuid.UUID, n int) {
	b.t.Helper()
	start := time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)
	b.portal.Months("connection_log", start, start.AddDate(1, 0, 0))
	b.exec(`insert into connection_log (person_id, started_at, id, network, place, bytes, seconds)
		select $1, timestamptz '2024-01-01' + i * interval '1 minute', i, '203.0.113.0/24', case when i % 2 = 0 then 'Göteborg, Sweden' else '東京' end, i, i % 3600
		from generate_series(1, $2) i`, person, n)
}

// ask begins an export.
func (b *bundle) ask(person uuid.UUID, categories ...string) export.Export {
	b.t.Helper()
	e, err := b.Ask(b.t.Context(), audit.ByPerson(person), person, categories)
	must(b.t, err)
	return e
}

func (b *bundle) find(e export.Export) export.Export {
	b.t.Helper()
	now, err := b.Find(b.t.Context(), e.PersonID, e.ID)
	must(b.t, err)
	return now
}

// try does all that is due of an export, until a batch fails.
func (b *bundle) try(e export.Export) error {
	b.t.Helper()
	b.exec(`update plan set due_at = '-infinity' where id = $1 and tries > 0`, e.ID)
	return b.Plans.Run(b.t.Context(), "export", e.ID)
}

// build works on an export until there is nothing left to wait for.
func (b *bundle) build(e export.Export) {
	b.t.Helper()
	for range 30 {
		if err := b.try(e); err == nil {
			return
		}
	}
	b.t.Fatalf("it does not end: %+v", b.find(e))
}

// fetched is an archive in its person's hands.
type fetched struct {
	t     testing.TB
	files map[string]string
	about struct {
		Complete   bool
		Rows       int64
		Files      []listed
		Categories []struct {
			ID, Status, Because string
			Rows                int64
			Files               []listed
			Withheld            []struct{ Name, Because string }
		}
	}
}

type listed struct {
	Path, SHA256 string
	Rows, Bytes  int64
}

func (b *bundle) fetch(e export.Export) *fetched {
	b.t.Helper()
	f, err := b.Open(b.t.Context(), audit.ByPerson(e.PersonID), e.PersonID, e.ID)
	must(b.t, err)
	data, err := io.ReadAll(f)
	must(b.t, err)
	must(b.t, f.Close())
	if now := b.find(e); int64(len(data)) != f.Bytes || now.Bytes != f.Bytes || sum(data) != hex.EncodeToString(now.Sha256) {
		b.t.Fatalf("%d bytes were handed over; the row says %d", len(data), now.Bytes)
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	must(b.t, err)
	out := &fetched{t: b.t, files: map[string]string{}}
	for _, entry := range archive.File {
		if entry.Modified.Year() < 2000 {
			b.t.Errorf("%s says it is from %s", entry.Name, entry.Modified)
		}
		r, err := entry.Open()
		must(b.t, err)
		content, err := io.ReadAll(r) // checks the CRC
		must(b.t, err)
		out.files[entry.Name] = string(content)
	}
	must(b.t, json.Unmarshal([]byte(out.files["manifest.json"]), &out.about))
	out.verify()
	return out
}

// verify holds the manifest to the files, in both directions.
func (f *fetched) verify() {
	f.t.Helper()
	all := f.about.Files
	for _, c := range f.about.Categories {
		all = append(all, c.Files...)
	}
	for _, l := range all {
		content, ok := f.files[l.Path]
		if !ok || sum([]byte(content)) != l.SHA256 || int64(len(content)) != l.Bytes {
			f.t.Errorf("the manifest does not fit %s", l.Path)
		}
		if strings.HasSuffix(l.Path, ".ndjson") && int64(strings.Count(content, "\n")) != l.Rows {
			f.t.Errorf("%s has not the %d rows of the manifest", l.Path, l.Rows)
		}
	}
	if len(all)+1 != len(f.files) {
		f.t.Errorf("%d files, of which the manifest knows %d", len(f.files), len(all))
	}
}

func (f *fetched) status(category string) string {
	status, _, _ := f.says(category)
	return status
}

// says is what the manifest says of a category.
func (f *fetched) says(category string) (status, because string, rows int64) {
	for _, c := range f.about.Categories {
		if c.ID == category {
			return c.Status, c.Because, c.Rows
		}
	}
	return "", "", 0
}

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}

// stored is what lies in the store.
func (b *bundle) stored() (keys []string) {
	b.t.Helper()
	for all := b.Files.List(&blob.ListOptions{}); ; {
		o, err := all.Next(b.t.Context())
		if errors.Is(err, io.EOF) {
			return keys
		}
		must(b.t, err)
		keys = append(keys, o.Key)
	}
}
