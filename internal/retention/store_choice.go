package retention

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"plusultra.link/privacy/internal/journal"
	"plusultra.link/privacy/internal/postgres"
)

// findChoice reads somebody's own time for a category; the zero Choice if they have none.
func findChoice(ctx context.Context, tx postgres.Tx, person uuid.UUID, category string) (Choice, error) {
	c, err := gorm.G[Choice](tx.Gorm).Where("person_id = ? and category = ?", person, category).First(ctx)
	if postgres.IsMissing(err) {
		return Choice{PersonID: person, Category: category}, nil
	}
	if err != nil {
		return c, fmt.Errorf("reading an own time of keeping: %w", err)
	}
	return c, nil
}

func findChoiceByID(ctx context.Context, tx postgres.Tx, id uuid.UUID) (c Choice, ok bool, err error) {
	c, err = gorm.G[Choice](tx.Gorm).Where("id = ?", id).First(ctx)
	if postgres.IsMissing(err) {
		return c, false, nil
	}
	if err != nil {
		return c, false, fmt.Errorf("reading an own time of keeping: %w", err)
	}
	return c, true, nil
}

// putChoice writes a choice in place of an earlier one.
func putChoice(ctx context.Context, tx postgres.Tx, c Choice) error {
	if err := gorm.G[Choice](tx.Gorm, clause.OnConflict{Columns: []clause.Column{{Name: "person_id"}, {Name: "category"}}, UpdateAll: true}).Create(ctx, &c); err != nil {
		return fmt.Errorf("noting an own time of keeping: %w", err)
	}
	return nil
}

func deleteChoice(ctx context.Context, tx postgres.Tx, c Choice) error {
	if _, err := gorm.G[Choice](tx.Gorm).Where("person_id = ? and category = ?", c.PersonID, c.Category).Delete(ctx); err != nil {
		return fmt.Errorf("taking an own time of keeping back: %w", err)
	}
	return nil
}

// updateChoice notes how far the rows of a choice are.
func updateChoice(ctx context.Context, tx postgres.Tx, c Choice) error {
	_, err := gorm.G[Choice](tx.Gorm).Where("id = ?", c.ID).Select("rows", "swept_at", "resume").Updates(ctx, c)
	if err != nil {
		return fmt.Errorf("noting how far an own time of keeping is: %w", err)
	}
	return nil
}

func readChoices(r *postgres.Reads, person uuid.UUID) *[]Choice {
	return postgres.Rows[Choice](r, "where person_id = $1 order by category", person)
}

// findChoicesOf are the choices of these people, by the index of the category.
func findChoicesOf(ctx context.Context, tx postgres.Tx, category string, people []uuid.UUID) ([]Choice, error) {
	reads := tx.Reads()
	own := postgres.Rows[Choice](reads, "where category = $1 and person_id = any ($2)", category, people)
	if err := reads.Send(ctx); err != nil {
		return nil, fmt.Errorf("reading people's own times of keeping: %w", err)
	}
	return *own, nil
}

// readChosen counts the choices, by category.
func readChosen(r *postgres.Reads) map[string]Chosen {
	all := map[string]Chosen{}
	r.Each(func(rows pgx.Rows) error {
		var category string
		var n Chosen
		err := rows.Scan(&category, &n.People, &n.Rows)
		all[category] = n
		return err
	}, `select category, count(*), sum(rows)::bigint from retention_choice group by category`)
	return all
}

const refillChoicesSQL = `insert into ` + journal.Outbox + `
select 'shorter', array[chosen_at], array[person_id], array[id], category, keep, '', '', null from retention_choice`

func refillChoices(ctx context.Context, tx postgres.Tx) error {
	if _, err := tx.PGX.Exec(ctx, refillChoicesSQL); err != nil {
		return fmt.Errorf("filling the journal with own times of keeping: %w", err)
	}
	return nil
}
