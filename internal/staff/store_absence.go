package staff

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/postgres"
)

// Absences are the members who are away at some time, as a table of who and from when
// until when.
const Absences = "(select id, away_from, away_until from staff_member where away_until is not null)"

// Which colleagues are read.
const (
	everyColleague = "order by name, email limit $1"
	oneColleague   = "and id = $1"
)

func readColleagues(r *postgres.Reads, which string, arg any) *[]Colleague {
	all := &[]Colleague{}
	r.Each(func(rows pgx.Rows) error {
		var c Colleague
		var from, until *deadline.Day
		err := rows.Scan(&c.ID, &c.Name, &from, &until)
		if from != nil && until != nil {
			c.Absence = Absence{*from, *until}
		}
		*all = append(*all, c)
		return err
	}, "select id, name, away_from, away_until from staff_member where enrolled_at is not null and disabled_at is null "+which, arg)
	return all
}

func setAbsence(ctx context.Context, tx postgres.Tx, id uuid.UUID, a Absence) error {
	if _, err := tx.PGX.Exec(ctx, "update staff_member set away_from = $2, away_until = $3 where id = $1", id, a.From, a.Until); err != nil {
		return fmt.Errorf("noting when a member of staff is away: %w", err)
	}
	return nil
}
