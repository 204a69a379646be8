package notice

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/postgres"
)

// lockVersions keeps other portals from taking versions in or publishing them.
func lockVersions(ctx context.Context, tx postgres.Tx) error {
	_, err := tx.PGX.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('portal policy versions', 0))`)
	return err
}

const aboutVersion = `id, state, effective, changes, renews, drafted_at, reviewed_at, reviewed_by, published_at, published_by, withdrawn_at, withdrawn_by, rests`

// readVersions reads what stands behind the table's name, without the texts.
func readVersions(r *postgres.Reads, behind string, args ...any) *[]Version {
	all := &[]Version{}
	r.Each(func(rows pgx.Rows) error {
		v, err := scanVersion(rows)
		*all = append(*all, v)
		return err
	}, `select `+aboutVersion+` from policy_version `+behind, args...)
	return all
}

func scanVersion(row pgx.Row) (v Version, err error) {
	var changes, rests []byte
	err = row.Scan(&v.ID, &v.State, &v.Effective, &changes, &v.Renews, &v.DraftedAt, &v.ReviewedAt, &v.ReviewedBy, &v.PublishedAt, &v.PublishedBy, &v.WithdrawnAt, &v.WithdrawnBy, &rests)
	if err == nil {
		err = errors.Join(json.Unmarshal(changes, &v.Changes), json.Unmarshal(rests, &v.rests))
	}
	return v, err
}

// lockVersion reads a version and keeps others from it; false if there is none.
func lockVersion(ctx context.Context, tx postgres.Tx, id string) (Version, bool, error) {
	v, err := scanVersion(tx.PGX.QueryRow(ctx, `select `+aboutVersion+` from policy_version where id = $1 for update of policy_version`, id))
	if errors.Is(err, pgx.ErrNoRows) {
		return v, false, nil
	}
	if err != nil {
		return v, false, fmt.Errorf("reading a version of the policy: %w", err)
	}
	return v, true, nil
}

// inForce finds the version in force on the day $1; before there was any, the first.
const inForce = `(select id from policy_version where state = 'published' order by effective <= $1 desc, case when effective <= $1 then effective end desc, effective limit 1)`

// inLang is what a version says in the language $2, or else in another.
const inLang = `select coalesce(said -> $2, said -> 'en', (select value from jsonb_each(said) limit 1)) from policy_version where id = `

// readReading reads what a version says: by its id, or the one in force on a day if
// that is empty. It is nil if there is none.
func readReading(r *postgres.Reads, today deadline.Day, id, lang string) **Reading {
	return readSaid(r, inLang+`case when $3 = '' then `+inForce+` else $3 end`, today, lang, id)
}

// newest finds the version that is published last, in force or announced.
const newest = `(select id from policy_version where state = 'published' order by effective desc limit 1)`

func readBefore(r *postgres.Reads, id, lang string) **Reading {
	return readSaid(r, inLang+`case (select state from policy_version where id = $1) when 'published' then
		(select b.id from policy_version b join policy_version v on v.id = $1 and b.effective < v.effective where b.state = 'published' order by b.effective desc limit 1)
		else `+newest+` end`, id, lang)
}

func readSaid(r *postgres.Reads, sql string, args ...any) **Reading {
	found := new(*Reading)
	r.Each(func(rows pgx.Rows) error {
		var said []byte
		if err := rows.Scan(&said); err != nil {
			return err
		}
		*found = &Reading{}
		return json.Unmarshal(said, *found)
	}, sql, args...)
	return found
}

// stored is what a version says, in every language, as the database has it.
type stored struct {
	Version
	Prose []byte
	Said  map[string]Reading
}

// readStored reads all versions that a start may look at, with what they say, and
// which was published last.
func readStored(ctx context.Context, tx postgres.Tx) (published string, all map[string]stored, err error) {
	rows, err := tx.PGX.Query(ctx, `select id, state, effective, prose, said, coalesce(id = `+newest+`, false) from policy_version`)
	if err != nil {
		return "", nil, fmt.Errorf("reading the versions of the policy: %w", err)
	}
	defer rows.Close()
	all = map[string]stored{}
	for rows.Next() {
		var one stored
		var said []byte
		var last bool
		if err := rows.Scan(&one.ID, &one.State, &one.Effective, &one.Prose, &said, &last); err != nil {
			return "", nil, err
		}
		if err := json.Unmarshal(said, &one.Said); err != nil {
			return "", nil, err
		}
		if last {
			published = one.ID
		}
		all[one.ID] = one
	}
	return published, all, rows.Err()
}

// upsertDraft writes a draft down, over an earlier one that said something else: it
// is to be read again.
func upsertDraft(ctx context.Context, tx postgres.Tx, d stored) error {
	said, err := json.Marshal(d.Said)
	if err != nil {
		return err
	}
	changes, err := json.Marshal(d.Changes)
	if err != nil {
		return err
	}
	rests, err := json.Marshal(d.rests)
	if err != nil {
		return err
	}
	_, err = tx.PGX.Exec(ctx, `insert into policy_version (id, state, effective, prose, said, changes, rests, drafted_at) values ($1, 'draft', $2, $3, $4, $5, $6, $7)
		on conflict (id) do update set effective = excluded.effective, prose = excluded.prose, said = excluded.said, changes = excluded.changes, rests = excluded.rests,
			drafted_at = excluded.drafted_at, reviewed_at = null, reviewed_by = null
		where policy_version.state = 'draft' and (policy_version.said, policy_version.changes, policy_version.rests, policy_version.effective)
			is distinct from (excluded.said, excluded.changes, excluded.rests, excluded.effective)`,
		d.ID, d.Effective, d.Prose, said, changes, rests, d.DraftedAt)
	if err != nil {
		return fmt.Errorf("drafting a version of the policy: %w", err)
	}
	return nil
}

// deleteDrafts takes drafts away, but for some.
func deleteDrafts(ctx context.Context, tx postgres.Tx, but []string) error {
	_, err := tx.PGX.Exec(ctx, `delete from policy_version where state = 'draft' and id <> all ($1)`, but)
	if err != nil {
		return fmt.Errorf("taking back drafts of the policy: %w", err)
	}
	return nil
}

// updateVersion notes where a version stands.
func updateVersion(ctx context.Context, tx postgres.Tx, v Version) error {
	_, err := tx.PGX.Exec(ctx, `update policy_version set state = $2, effective = $3, renews = $4, reviewed_at = $5, reviewed_by = $6, published_at = $7, published_by = $8,
		withdrawn_at = $9, withdrawn_by = $10 where id = $1`,
		v.ID, v.State, v.Effective, v.Renews, v.ReviewedAt, v.ReviewedBy, v.PublishedAt, v.PublishedBy, v.WithdrawnAt, v.WithdrawnBy)
	if err != nil {
		return fmt.Errorf("noting how a version of the policy stands: %w", err)
	}
	return nil
}

// lockNewest is the version that is published last; the zero one if there is none.
func lockNewest(ctx context.Context, tx postgres.Tx) (Version, error) {
	v, err := scanVersion(tx.PGX.QueryRow(ctx, `select `+aboutVersion+` from policy_version where id = `+newest+` for update of policy_version`))
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return Version{}, fmt.Errorf("reading the newest version of the policy: %w", err)
	}
	return v, nil
}

// readNews reads the newest version, if whoever has a session has not seen it and
// there was one before.
func readNews(r *postgres.Reads, tokenHash []byte) *[]News {
	all := &[]News{}
	r.Each(func(rows pgx.Rows) error {
		var n News
		err := rows.Scan(&n.ID, &n.Effective, &n.Before)
		*all = append(*all, n)
		return err
	}, `select v.id, v.effective, v.before from (select id, effective, lead(id) over (order by effective desc) as before from policy_version where state = 'published' order by effective desc limit 1) v,
		(select `+account.PersonByToken+` as id) p
		where v.before is not null and p.id is not null and not exists (select from policy_view w where w.person_id = p.id and w.version = v.id)`, tokenHash)
	return all
}

// insertView notes that somebody saw a version, the first time.
func insertView(ctx context.Context, db postgres.Writer, w view) error {
	_, err := db.Exec(ctx, `insert into policy_view (person_id, id, version, lang, how, at)
		select person_id, id, version, lang, how, at from (values ($1::uuid, $2::uuid, $3::text, $4::text, $5::text, $6::timestamptz)) as a (person_id, id, version, lang, how, at)
		`+account.Shared+` where exists (select from policy_version v where v.id = a.version and v.state = 'published')
		on conflict do nothing`, w.PersonID, w.ID, w.Version, w.Lang, w.How, w.At)
	if err != nil {
		return fmt.Errorf("noting who saw the policy: %w", err)
	}
	return nil
}

// view is one time that somebody saw a version.
type view struct {
	PersonID, ID uuid.UUID
	Version      string
	Lang         string
	How          Seen
	At           time.Time
}

// findInForce is the id of the version in force on a day; empty if there is none.
func findInForce(ctx context.Context, tx postgres.Tx, today deadline.Day) (id string, err error) {
	err = tx.PGX.QueryRow(ctx, `select coalesce(`+inForce+`, '')`, today).Scan(&id)
	return id, err
}
