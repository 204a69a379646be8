package consent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/postgres"
)

// readHeld is readYoung with those whose account is held because it may be a child's.
func (s *Service) readHeld(r *postgres.Reads, people []uuid.UUID) *map[uuid.UUID]*young {
	found, held := s.readYoung(r, people), s.deps.Held(r, people...)
	r.Then(func(*postgres.Reads) error {
		for person := range *held {
			(*found)[person] = s.held((*found)[person])
		}
		return nil
	})
	return found
}

// held is somebody, of whatever age, whose account is held.
func (s *Service) held(y *young) *young {
	if y == nil {
		y = &young{Age: account.Age{Band: account.Adult}, ages: s.deps.Register.Ages, now: s.deps.Now()}
	}
	y.held = true
	return y
}

// readYoung reads who of people was under age when they joined, and what a guardian
// agreed to.
func (s *Service) readYoung(r *postgres.Reads, people []uuid.UUID) *map[uuid.UUID]*young {
	found := &map[uuid.UUID]*young{}
	if len(people) == 0 {
		return found
	}
	ids := postgres.UUIDsOf(people)
	r.Each(func(rows pgx.Rows) error {
		var id uuid.UUID
		y := &young{ages: s.deps.Register.Ages, now: s.deps.Now()}
		err := rows.Scan(&id, &y.Band, &y.Since, &y.Joined, &y.Country, &y.allowed)
		(*found)[id] = y
		return err
	}, `with young as (`+account.Young+`) select y.*, g.allowed from young y left join guardian g on g.person_id = y.id`, ids)
	return found
}

// guardianRow is whom somebody asked to agree, and what came of it.
type guardianRow struct {
	PersonID    uuid.UUID
	Wished      []string
	Allowed     []string
	AddressHash []byte
	AskedAt     *time.Time
	AnsweredAt  *time.Time
	AgreedLink  *time.Time // when the link was mailed by which Allowed was agreed to
}

const guardianColumns = `select person_id, wished, allowed, address_hash, asked_at, answered_at, agreed_link from guardian where person_id = $1`

// findGuardian reads a row, and locks it if how says so; ok is false if there is none.
func findGuardian(ctx context.Context, db postgres.Reader, person uuid.UUID, how string) (g guardianRow, ok bool, err error) {
	err = db.QueryRow(ctx, guardianColumns+how, person).Scan(&g.PersonID, &g.Wished, &g.Allowed, &g.AddressHash, &g.AskedAt, &g.AnsweredAt, &g.AgreedLink)
	if errors.Is(err, pgx.ErrNoRows) {
		return g, false, nil
	}
	if err != nil {
		return g, false, fmt.Errorf("consent: reading whom somebody asked to agree: %w", err)
	}
	return g, true, nil
}

func readGuardian(r *postgres.Reads, person uuid.UUID) *guardianRow {
	g := &guardianRow{}
	r.Each(func(rows pgx.Rows) error {
		return rows.Scan(&g.PersonID, &g.Wished, &g.Allowed, &g.AddressHash, &g.AskedAt, &g.AnsweredAt, &g.AgreedLink)
	}, guardianColumns, person)
	return g
}

func addressesOf(ctx context.Context, db postgres.Reader, person uuid.UUID) ([]string, error) {
	rows, _ := db.Query(ctx, account.AddressesOf, person) // CollectRows gives its error
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("consent: reading somebody's addresses: %w", err)
	}
	return all, nil
}

// putGuardian notes what somebody wishes and whom they ask. What was agreed to stays,
// and is asked about again: whoever answers sees all of it, and may take it back.
func putGuardian(ctx context.Context, db postgres.Writer, g guardianRow) error {
	_, err := db.Exec(ctx, `insert into guardian (person_id, wished, address_hash, asked_at) values ($1, $2, $3, $4)
		on conflict (person_id) do update set address_hash = excluded.address_hash, asked_at = excluded.asked_at, answered_at = null,
			wished = excluded.wished || array(select a from unnest(guardian.allowed) a where a <> all(excluded.wished))`,
		g.PersonID, g.Wished, g.AddressHash, g.AskedAt)
	if err != nil {
		return fmt.Errorf("consent: noting whom somebody asks to agree: %w", err)
	}
	return nil
}

// answerGuardian notes what a guardian agreed to by the link that was mailed last, or
// what they leave of it by the one before.
func answerGuardian(ctx context.Context, db postgres.Writer, g Guardianship, allowed []string, at time.Time) error {
	sql, args := `update guardian set allowed = $2, answered_at = $3, agreed_link = asked_at where person_id = $1`, []any{g.Person, allowed, at}
	if g.earlier {
		sql, args = `update guardian set allowed = $2 where person_id = $1`, args[:2]
	}
	if _, err := db.Exec(ctx, sql, args...); err != nil {
		return fmt.Errorf("consent: noting what a guardian agreed to: %w", err)
	}
	return nil
}

// endGuardian has guardians asked again about what lapsed.
func endGuardian(ctx context.Context, db postgres.Writer, yeses []Event) error {
	people, topics := make([]uuid.UUID, len(yeses)), make([]string, len(yeses))
	for i, y := range yeses {
		people[i], topics[i] = y.PersonID, y.Topic
	}
	_, err := db.Exec(ctx, `update guardian g set allowed = array(select a from unnest(g.allowed) a where (g.person_id, a) not in (select * from unnest($1::uuid[], $2::text[])))
		where g.person_id = any($1)`, people, topics)
	if err != nil {
		return fmt.Errorf("consent: ending what guardians agreed to: %w", err)
	}
	return nil
}
