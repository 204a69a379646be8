package audit_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/testkit"
	"plusultra.link/privacy/internal/testkit/apptest"
)

type bench struct {
	*apptest.Portal
	t *testing.T
}

func setup(t *testing.T, change ...func(*app.Parts)) bench {
	return bench{apptest.New(t, change...), t}
}

// note writes entries, places them, and lets a day go by.
func (b bench) note(n int) {
	b.t.Helper()
	must(b.t, b.DB.InTx(b.t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		all := make([]audit.Entry, n)
		for i := range all {
			all[i] = audit.Entry{At: b.Clock.Now(), Actor: audit.BySystem("test"), Action: "session.ended", PersonID: postgres.NewID(), Detail: map[string]any{"n": i, "big": 1 << 60, "half": 0.5}}
		}
		return audit.RecordAll(ctx, tx, all)
	}))
	must(b.t, b.Audit.Place(b.t.Context()))
	b.Clock.Advance(24 * time.Hour)
}

func (b bench) verify(kept ...string) []audit.Finding {
	b.t.Helper()
	v, err := b.Audit.Verify(b.t.Context(), kept...)
	must(b.t, err)
	return v.Findings
}

func (b bench) latest() string {
	b.t.Helper()
	signed, err := b.Audit.Latest(b.t.Context())
	must(b.t, err)
	return signed
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Each is done by whoever owns the database and has taken all triggers off, and has
// not the keys.
func TestWhateverIsDoneToTheLogIsFoundAndSaid(t *testing.T) {
	t.Parallel()
	const off, on = `alter table %[1]s disable trigger user`, `alter table %[1]s enable trigger user`
	const at = `(select entry_id from audit_leaf where position = %d)`
	for name, c := range map[string]struct {
		sql  []string
		want []audit.Fault
		says string // in the first finding
	}{
		"an entry's detail is altered":  {[]string{`update audit_entry set detail = '{"n": 77}' where id = ` + fmt.Sprintf(at, 5)}, []audit.Fault{audit.Altered}, "at place 5 is not what was signed"},
		"an entry is made older":        {[]string{`update audit_entry set at = at - interval '1 day' where id = ` + fmt.Sprintf(at, 14)}, []audit.Fault{audit.Altered}, "place 14"},
		"another is said to have acted": {[]string{`update audit_entry set actor_id = 'nobody' where id = ` + fmt.Sprintf(at, 3)}, []audit.Fault{audit.Altered}, "place 3"},
		"an entry is removed":           {[]string{`delete from audit_entry where id = ` + fmt.Sprintf(at, 9)}, []audit.Fault{audit.Gone}, "place 9 was signed and is not there"},
		"an entry is removed with its place": {[]string{
			`delete from audit_entry where id = ` + fmt.Sprintf(at, 9), `delete from audit_leaf where position = 9`,
		}, []audit.Fault{audit.Gap}, "Place 9 is missing"},
		"an entry is removed and those behind it move up": {[]string{
			`delete from audit_entry where id = ` + fmt.Sprintf(at, 19), `alter table audit_leaf drop constraint audit_leaf_entry_id_key`, `update audit_leaf l set entry_id = n.entry_id from audit_leaf n where l.position = 19 and n.position = 20`,
			`delete from audit_leaf where position = 20`, `update audit_leaf set position = position - 1 where position = 21`,
		}, nil, "place 19"},
		"an entry is put in beside the log": {[]string{`insert into audit_entry (id, at, actor_kind, action) values (gen_random_uuid(), now(), 'system', 'x.y')`}, []audit.Fault{audit.Stray}, "has no place in the log"},
		"an entry is put in with a place": {[]string{
			`insert into audit_entry (id, at, actor_kind, action) values ('8b7f6f0a-0000-7000-8000-000000000001', now(), 'system', 'x.y')`,
			`insert into audit_leaf (position, entry_id, hashes) select max(position) + 1, '8b7f6f0a-0000-7000-8000-000000000001', sha256('x') from audit_leaf`,
		}, []audit.Fault{audit.Unsigned}, "no checkpoint covers"},
		"two entries change places": {[]string{
			`alter table audit_leaf drop constraint audit_leaf_entry_id_key`, `update audit_leaf set entry_id = case position when 4 then ` + fmt.Sprintf(at, 11) + ` else ` + fmt.Sprintf(at, 4) + ` end where position in (4, 11)`,
		}, []audit.Fault{audit.Moved, audit.Moved}, "stands at place 4, but what was signed has it at place 11"},
		"an entry is backdated on its way in": {[]string{
			`insert into audit_entry (id, at, actor_kind, action) values ('8b7f6f0a-0000-7000-8000-000000000001', now() - interval '20 years', 'system', 'x.y')`,
			`insert into audit_unplaced values (array['8b7f6f0a-0000-7000-8000-000000000001'::uuid])`, `place`,
		}, []audit.Fault{audit.Backdated}, "had its place by then"},
		"the end is cut off and a checkpoint is left": {[]string{
			`delete from audit_entry where id in (select entry_id from audit_leaf where position >= 20)`, `delete from audit_leaf where position >= 20`,
		}, []audit.Fault{audit.Short}, "ends at place 20"},
		"the end is cut off with its checkpoint, and the entries are left": {[]string{
			`delete from audit_leaf where position >= 20`, `delete from audit_checkpoint where size > 20`,
		}, nil, "has no place in the log"},
		"the end is cut off as if it had never been": {[]string{
			`delete from audit_entry where id in (select entry_id from audit_leaf where position >= 20)`, `delete from audit_leaf where position >= 20`, `delete from audit_checkpoint where size > 20`,
		}, []audit.Fault{audit.Rewound}, "its end was cut off"},
		"the last checkpoint is removed": {[]string{`delete from audit_checkpoint where size > 20`}, []audit.Fault{audit.Unsigned, audit.Rewound}, "no checkpoint covers"},
		"a checkpoint takes another's place": {[]string{
			`update audit_checkpoint set note = (select note from audit_checkpoint where size = 10) where size = 20`,
		}, []audit.Fault{audit.Replaced}, "speaks of 10"},
		"a checkpoint is signed by somebody else": {[]string{`forge`}, []audit.Fault{audit.Forged}, "No key of this portal signed"},
		"a hash of the tree is changed": {[]string{
			`update audit_leaf set hashes = overlay(hashes placing sha256('x') from 33) where position = 7`,
		}, []audit.Fault{audit.Hashes}, "hashes at place 7"},
		"an entry gives way to another with all its hashes": {[]string{
			`alter table audit_leaf drop constraint audit_leaf_entry_id_key`,
			`update audit_leaf l set entry_id = o.entry_id, hashes = substr(o.hashes, 1, 32) from audit_leaf o where l.position = 22 and o.position = 21`,
		}, []audit.Fault{audit.Root, audit.Stray}, "between place 20 and there"},
		"an entry goes before it had its place": {[]string{
			`insert into audit_unplaced values (array['8b7f6f0a-0000-7000-8000-000000000001'::uuid])`,
		}, []audit.Fault{audit.Lost}, "waits for its place and is not there"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			for _, n := range []int{10, 10, 3} {
				b.note(n)
			}
			kept := b.latest()
			if found := b.verify(kept); len(found) > 0 {
				t.Fatalf("before: %+v", found)
			}
			do := []string{}
			for _, table := range []string{"audit_entry", "audit_leaf", "audit_checkpoint"} {
				do = append(do, fmt.Sprintf(off, table))
			}
			for _, sql := range c.sql {
				switch sql {
				case "place":
				case "forge":
					do = append(do, `update audit_checkpoint set note = '`+forged(t, b.latest())+`' where size = 23`)
				default:
					do = append(do, sql)
				}
			}
			for _, table := range []string{"audit_entry", "audit_leaf", "audit_checkpoint"} {
				do = append(do, fmt.Sprintf(on, table))
			}
			testkit.AsSuperuser(t, b.DB, do...)
			if slices.Contains(c.sql, "place") {
				must(t, b.Audit.Place(t.Context()))
			}
			found := b.verify(kept)
			var faults []audit.Fault
			for _, f := range found {
				faults = append(faults, f.Fault)
			}
			if len(found) == 0 || c.want != nil && !slices.Equal(faults, c.want) {
				t.Fatalf("found %v, want %v", faults, c.want)
			}
			if said := found[0].Say(b.Catalog.Into(t.Context(), "en")); !strings.Contains(said, c.says) {
				t.Errorf("it is said: %s", said)
			}
		})
	}
}

// forged is a checkpoint's text under the portal's name and another's key.
func forged(t *testing.T, signed string) string {
	t.Helper()
	text, _, _ := strings.Cut(signed, "\n\n")
	private, _, err := note.GenerateKey(nil, "privacy.example.com/audit")
	must(t, err)
	s, err := note.NewSigner(private)
	must(t, err)
	out, err := note.Sign(&note.Note{Text: text + "\n"}, s)
	must(t, err)
	return string(out)
}

// Whoever has the keys too can write another log that is whole by itself. What was kept
// elsewhere tells it apart.
func TestALogThatWasForkedIsToldByACheckpointThatWasKept(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.note(13)
	kept := b.latest()
	testkit.AsSuperuser(t, b.DB, `alter table audit_entry disable trigger user`, `alter table audit_leaf disable trigger user`, `alter table audit_checkpoint disable trigger user`,
		`update audit_entry set subject = 'else' where id = (select entry_id from audit_leaf where position = 2)`,
		`insert into audit_unplaced select array_agg(entry_id order by position) from audit_leaf`, `delete from audit_leaf`, `delete from audit_checkpoint`)
	must(t, b.Audit.Place(t.Context()))
	b.note(4)
	if found := b.verify(); len(found) > 0 {
		t.Fatalf("the other log is not whole by itself: %+v", found)
	}
	if found := b.verify(kept); len(found) != 1 || found[0].Fault != audit.Fork {
		t.Errorf("found %+v", found)
	}
	if found := b.verify("no checkpoint"); len(found) != 1 || found[0].Fault != audit.Strange {
		t.Errorf("what is no checkpoint: %+v", found)
	}
}

func TestTheSequencerSignsNothingOnTopOfWhatItDidNotSign(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.note(8)
	testkit.AsSuperuser(t, b.DB, `alter table audit_leaf disable trigger user`, `update audit_leaf set hashes = overlay(hashes placing sha256('x') from 97) where position = 7`)
	b.Exec(`insert into audit_entry (id, at, actor_kind, action) values ('8b7f6f0a-0000-7000-8000-000000000001', now(), 'system', 'x.y')`)
	b.Exec(`insert into audit_unplaced values (array['8b7f6f0a-0000-7000-8000-000000000001'::uuid])`)
	if err := b.Audit.Place(t.Context()); !errors.Is(err, audit.ErrNotWhole) {
		t.Errorf("it goes on: %v", err)
	}
	if n := b.Count(`select count(*) from audit_unplaced`) + b.Count(`select count(*) from audit_checkpoint`); n != 2 {
		t.Error("what waits is no more as it was")
	}
}

// A kill leaves all of a batch or nothing, and two who place at once don't part the log.
func TestPlacingThatDiesOrMeetsAnotherLeavesTheLogWhole(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin := b.Person(apptest.Somebody{Email: "robin@example.com", Topics: []string{"product-news"}})
	b.note(5)
	must(t, b.DB.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		all := make([]audit.Entry, 4100) // more than two batches
		for i := range all {
			all[i] = audit.Entry{At: b.Clock.Now(), Actor: audit.BySystem("test"), Action: "session.ended"}
		}
		return audit.RecordAll(ctx, tx, all)
	}))
	must(t, b.Consents.Unsubscribe(t.Context(), consent.Link{Person: robin, Topic: "product-news"}, consent.OneClick))
	// Between the batch and its checkpoint: the checkpoint can't be written.
	testkit.AsSuperuser(t, b.DB, `create function die() returns trigger language plpgsql as 'begin raise exception ''killed''; end'`,
		`create trigger die before insert on audit_checkpoint for each row execute function die()`)
	before := b.Count(`select count(*) from audit_leaf`)
	if err := b.Audit.Place(t.Context()); err == nil {
		t.Fatal("it was not killed")
	}
	if b.Count(`select count(*) from audit_leaf`) != before || len(b.verify()) > 0 {
		t.Error("a batch stands there without its checkpoint")
	}
	testkit.AsSuperuser(t, b.DB, `drop trigger die on audit_checkpoint`)
	ended := make(chan error)
	for range 3 {
		go func() { ended <- b.Audit.Place(t.Context()) }()
	}
	for range 3 {
		must(t, <-ended)
	}
	if found := b.verify(); len(found) > 0 {
		t.Errorf("%+v", found)
	}
	if n := b.Count(`select count(*) from audit_entry e where not exists (select from audit_leaf l where l.entry_id = e.id)`); n != 0 {
		t.Errorf("%d entries have no place", n)
	}
	if n := b.Count(`select count(*) from audit_entry where action = 'consent.noted' and person_id = $1 and detail->>'product-news' = 'false'`, robin); n != 1 {
		t.Errorf("%d lines of the ledger are in the log", n)
	}
}

func TestWhatARetiredKeySignedStillVerifiesAndWhatNoKeySignedDoesNot(t *testing.T) {
	t.Parallel()
	older := keyring.Generate()
	b := setup(t, withRing(t, older))
	b.note(3)
	next := keyring.Generate()
	b = setup(t, withRing(t, next+",verify:"+older), func(p *app.Parts) { p.DB = b.DB })
	b.note(3)
	if found := b.verify(); len(found) > 0 {
		t.Errorf("after a rotation: %+v", found)
	}
	if found := setup(t, withRing(t, next), func(p *app.Parts) { p.DB = b.DB }).verify(); len(found) != 1 || found[0].Fault != audit.Forged {
		t.Errorf("without the key that was retired: %+v", found)
	}
}

func withRing(t *testing.T, keys string) func(*app.Parts) {
	return func(p *app.Parts) {
		ring, err := keyring.Parse(keys)
		must(t, err)
		p.Ring = ring
	}
}

// The log in every size around powers of two: each entry of each is proved, and no
// other word.
func TestEveryEntryOfALogOfAnySizeIsProvedAndNothingElseIs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	keys, err := b.Audit.Keys()
	must(t, err)
	placed := 0
	for _, n := range []int{1, 1, 1, 1, 3, 1, 1, 7, 1, 16} {
		b.note(n)
		placed += n
		rows, err := b.DB.Pool.Query(t.Context(), `select e.id::text from audit_leaf l join audit_entry e on e.id = l.entry_id where position >= $1 or position = 0`, placed-n)
		must(t, err)
		defer rows.Close()
		for rows.Next() {
			var id string
			must(t, rows.Scan(&id))
			b.provesIn(id, keys)
		}
		must(t, rows.Err())
	}
}

func (b bench) provesIn(id string, keys []string) {
	b.t.Helper()
	words, err := b.Audit.Words([]string{"A receipt", "Number: " + id})
	must(b.t, err)
	file, err := b.Audit.Receipt(b.t.Context(), words, uuid.MustParse(id))
	must(b.t, err)
	r, err := audit.ReadReceipt([]byte(file), keys...)
	must(b.t, err)
	if r.Verdict != audit.Other { // these entries have no subject that words could name
		b.t.Errorf("%s: %s", id, r.Verdict)
	}
}

func TestAProofThatIsAskedForTooEarlyIsNotGiven(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := postgres.NewID()
	words, err := b.Audit.Words([]string{"A receipt", "Number: " + id.String()})
	must(t, err)
	record := func() {
		must(t, b.DB.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
			return audit.Record(ctx, tx, audit.Entry{ID: id, At: b.Clock.Now(), Actor: audit.ByPerson(postgres.NewID()), Action: "session.ended", Subject: id.String()})
		}))
	}
	early := func() {
		t.Helper()
		var f *fault.Error
		if _, err := b.Audit.Receipt(t.Context(), words, id); !errors.As(err, &f) || f.Kind != fault.Unavailable || f.RetryAfter <= 0 {
			t.Errorf("it is given: %v", err)
		}
	}
	early()
	record()
	early()
	must(t, b.Audit.Place(t.Context()))
	file, err := b.Audit.Receipt(t.Context(), words, id)
	must(t, err)
	keys, err := b.Audit.Keys()
	must(t, err)
	// Every letter of it counts, whoever's line ends it came with.
	for i := -1; i < len(file); i++ {
		altered := []byte(file)
		want := audit.Proved
		if i >= 0 {
			altered[i] ^= 1
			want = audit.NotOurs
		} else {
			altered = []byte(strings.ReplaceAll(file, "\n", "\r\n"))
		}
		r, err := audit.ReadReceipt(altered, keys...)
		must(t, err)
		if i >= 0 && i+1 < len(file) && file[i+1] == '=' { // the last bits of base64 say nothing
			continue
		}
		if i >= 0 && r.Verdict == audit.Proved || i < 0 && r.Verdict != want {
			t.Fatalf("altered at %d (%q): %s", i, file[max(i-20, 0):max(i, 0)+1], r.Verdict)
		}
	}
	if found := b.verify(audit.CheckpointIn([]byte(file))); len(found) > 0 {
		t.Errorf("the checkpoint of a receipt: %+v", found)
	}
}
