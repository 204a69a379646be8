package account

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"plusultra.link/privacy/internal/fault"
	outbox "plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
)

// Parts of statements that another noun sends in one with its own, because it
// writes or reads for many at once.
const (
	// Shared stands behind a table "a", and leaves those of its rows whose person
	// is there, sharing the person until the transaction ends. They are looked up
	// one by one in a's order, whatever the planner thinks of their number.
	Shared = `cross join lateral (select from person where id = a.person_id for share) people`
	// Named is a query: who is meant by an address of $1, in its normal form, or by
	// an id of $2, with all addresses that they have proved. An account that is
	// closing has since when.
	Named = `
		select e.address as name, p.id, p.closing_at, array(select a.address from email_address a where a.person_id = p.id) as addresses
		from email_address e join person p on p.id = e.person_id where e.address = any($1::text[])
		union all
		select p.id::text, p.id, p.closing_at, array(select a.address from email_address a where a.person_id = p.id)
		from person p where p.id = any($2::uuid[])`
	// Young is a query: who of people $1 was under age when they joined, in which
	// band or are known to be since, when that was, and in which country they live, as they said then and say now.
	Young = `
		select p.id, p.age_band, coalesce(p.age_at, p.created_at), p.joined_country, coalesce(f.country, '') as country
		from person p left join profile f on f.person_id = p.id where p.id = any($1::uuid[]) and p.age_band not in ('', '18+')`
	// AddressesOf is a query: the addresses that person $1 has proved.
	AddressesOf = `select address from email_address where person_id = $1`
)

// lock locks a person's row, with the strength that is said. By pgx, as all
// that joins or locks by name: it is on the way of every write.
func lock(ctx context.Context, tx postgres.Tx, person uuid.UUID, strength string) error {
	return remains(ctx, tx.PGX, person, "for "+strength)
}

// remains gives the conflict for somebody who is being erased or has been.
func remains(ctx context.Context, db postgres.Reader, person uuid.UUID, strength string) error {
	err := db.QueryRow(ctx, `select id from person where id = $1 and closing_at is null `+strength, person).Scan(&person)
	if postgres.IsMissing(err) {
		return erasing()
	}
	if err != nil {
		return fmt.Errorf("holding a person: %w", err)
	}
	return nil
}

// accountsOpen is the lock between those who keep all accounts from closing and
// those who close one.
const accountsOpen = "hashtextextended('portal accounts open', 0)"

// keepOpen keeps accounts from closing, and gives a number that is another once
// one has closed.
func keepOpen(ctx context.Context, tx postgres.Tx) (since int64, err error) {
	batch := &pgx.Batch{}
	batch.Queue("select pg_advisory_xact_lock_shared(" + accountsOpen + ")")
	batch.Queue("select coalesce(pg_sequence_last_value('accounts_closed'), 0)").QueryRow(func(row pgx.Row) error { return row.Scan(&since) })
	return since, tx.PGX.SendBatch(ctx, batch).Close()
}

// waitForSharers waits until those who keep accounts open are done, and keeps
// others waiting, who find what they knew outdated.
func waitForSharers(ctx context.Context, tx postgres.Tx) error {
	batch := &pgx.Batch{}
	batch.Queue("select pg_advisory_xact_lock(" + accountsOpen + ")")
	batch.Queue("select nextval('accounts_closed')")
	return tx.PGX.SendBatch(ctx, batch).Close()
}

const (
	openByAddress = `select address, person_id from email_address
		where address = any($1) and person_id not in (select id from person where closing_at is not null)`
	openByID = `select p.id::text, p.id from person p where p.id = any($1::uuid[]) and p.closing_at is null`
)

// open finds people by their names whose accounts are not closing.
func open(ctx context.Context, tx postgres.Tx, sql string, names []string, found map[string]uuid.UUID) error {
	if len(names) == 0 {
		return nil
	}
	rows, _ := tx.PGX.Query(ctx, sql, names) // ForEachRow gives its error
	var name string
	var id uuid.UUID
	if _, err := pgx.ForEachRow(rows, []any{&name, &id}, func() error { found[name] = id; return nil }); err != nil {
		return fmt.Errorf("finding people: %w", err)
	}
	return nil
}

// insertAccount writes the rows of a new person; no password if it has no
// hash. ErrTaken if the address has an account: tx can only be rolled back then.
func insertAccount(ctx context.Context, tx postgres.Tx, p Person, about Profile, at EmailAddress, password passwordRow) error {
	err := gorm.G[Person](tx.Gorm).Create(ctx, &p)
	if err == nil {
		err = gorm.G[Profile](tx.Gorm).Create(ctx, &about)
	}
	if err == nil {
		err = gorm.G[EmailAddress](tx.Gorm).Create(ctx, &at)
	}
	if err == nil && password.Hash != "" {
		err = gorm.G[passwordRow](tx.Gorm).Create(ctx, &password)
	}
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return ErrTaken
	}
	if err != nil {
		return fmt.Errorf("opening an account: %w", err)
	}
	return nil
}

// findVisitor finds who has proved an address and has not joined; uuid.Nil if nobody.
func findVisitor(ctx context.Context, tx postgres.Tx, at string) (id uuid.UUID, err error) {
	err = tx.PGX.QueryRow(ctx, `select p.id from person p join email_address e on e.person_id = p.id where e.address = $1 and p.age_band = ''`, at).Scan(&id)
	if err != nil && !postgres.IsMissing(err) {
		return id, fmt.Errorf("finding a visitor: %w", err)
	}
	return id, nil
}

// nextVisitors are people who have not joined and whom nobody erases.
func nextVisitors(ctx context.Context, db postgres.Reader, after uuid.UUID, most int) ([]uuid.UUID, error) {
	rows, _ := db.Query(ctx, `select id from person where age_band = '' and closing_at is null and id > $1 order by id limit $2`, after, most) // CollectRows gives its error
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("reading visitors: %w", err)
	}
	return ids, nil
}

func findPerson(ctx context.Context, db *gorm.DB, id uuid.UUID) (Person, error) {
	p, err := gorm.G[Person](db).Where("id = ?", id).First(ctx)
	if postgres.IsMissing(err) {
		return p, fault.Wrap(err, fault.NotFound, "fault.notFound")
	}
	return p, err
}

func readAbout(r *postgres.Reads, person uuid.UUID) *About {
	a := &About{}
	r.Each(func(rows pgx.Rows) (err error) { *a, err = pgx.RowToStructByPos[About](rows); return err }, `
		select p.id, p.created_at, p.lang, p.closing_at, coalesce(f.full_name, ''), coalesce(f.region, ''), coalesce(f.country, ''), coalesce(nullif(e.spelling, ''), e.address, ''), p.age_band
		from person p left join profile f on f.person_id = p.id left join email_address e on e.person_id = p.id and e.is_primary where p.id = $1`, person)
	return a
}

// updatePerson writes columns of a person whom tx holds.
func updatePerson(ctx context.Context, tx postgres.Tx, p Person, column string, more ...string) error {
	_, err := gorm.G[Person](tx.Gorm).Where("id = ?", p.ID).Select(column, more).Updates(ctx, p)
	if err != nil {
		return fmt.Errorf("changing a person: %w", err)
	}
	return nil
}

// setBrowsersZone keeps the zone that a browser says, unless its owner chose
// one, or is being erased: whom it finds it holds.
func setBrowsersZone(ctx context.Context, tx postgres.Tx, id uuid.UUID, zone string) error {
	_, err := gorm.G[Person](tx.Gorm).Where("id = ? and closing_at is null and not zone_chosen and zone <> ?", id, zone).Select("zone").Updates(ctx, Person{Zone: zone})
	return err
}

// setClosing notes that an erasure has begun, once.
func setClosing(ctx context.Context, tx postgres.Tx, p Person) error {
	_, err := gorm.G[Person](tx.Gorm).Where("id = ? and closing_at is null", p.ID).Select("closing_at").Updates(ctx, p)
	if err != nil {
		return fmt.Errorf("closing an account: %w", err)
	}
	return nil
}

func findProfile(ctx context.Context, db *gorm.DB, person uuid.UUID) (Profile, error) {
	p, err := gorm.G[Profile](db).Where("person_id = ?", person).First(ctx)
	if postgres.IsMissing(err) {
		return p, fault.Wrap(err, fault.NotFound, "fault.notFound")
	}
	return p, err
}

func updateProfile(ctx context.Context, tx postgres.Tx, p Profile) error {
	_, err := gorm.G[Profile](tx.Gorm).Where("person_id = ?", p.PersonID).
		Select("full_name", "street", "postal_code", "city", "region", "country", "updated_at").Updates(ctx, p)
	if err != nil {
		return fmt.Errorf("correcting a profile: %w", err)
	}
	return nil
}

// findAddress finds who has proved an address; NotFound if nobody.
func findAddress(ctx context.Context, db *gorm.DB, at string) (EmailAddress, error) {
	row, err := gorm.G[EmailAddress](db).Where("address = ?", at).First(ctx)
	if postgres.IsMissing(err) {
		return row, fault.Wrap(err, fault.NotFound, "fault.notFound")
	}
	if err != nil {
		return row, fmt.Errorf("finding an address: %w", err)
	}
	return row, nil
}

func addressesOf(ctx context.Context, tx postgres.Tx, person uuid.UUID) (all []string, err error) {
	err = gorm.G[EmailAddress](tx.Gorm).Where("person_id = ?", person).Order("address").Select("address").Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("reading addresses: %w", err)
	}
	return all, nil
}

func findRecipient(ctx context.Context, db postgres.Reader, id uuid.UUID) (outbox.Recipient, error) {
	to := outbox.Recipient{Owner: id}
	err := db.QueryRow(ctx, `select coalesce(nullif(e.spelling, ''), e.address), p.lang, p.zone from person p join email_address e on e.person_id = p.id and e.is_primary where p.id = $1`, id).
		Scan(&to.Address, &to.Lang, &to.Zone)
	if postgres.IsMissing(err) {
		return to, fault.Wrap(err, fault.NotFound, "fault.notFound")
	}
	return to, err
}

// everybody are people who came before a moment, $1, and whom nobody is erasing, who
// live in some countries, or anywhere. Visitors are written to by name alone.
const everybody = ` from person p join email_address e on e.person_id = p.id and e.is_primary left join profile f on f.person_id = p.id
	where p.created_at < $1 and p.closing_at is null and (cardinality($2::text[]) = 0 or f.country = any ($2)) `

func (a Audience) query() (sql string, args []any) {
	if a.Countries == nil {
		a.Countries = []string{}
	}
	if a.Named == nil {
		return everybody + `and p.age_band <> '' `, []any{a.Before, a.Countries}
	}
	named := postgres.UUIDsOf(a.Named)
	return everybody + `and p.id = any ($3) `, []any{a.Before, a.Countries, named}
}

func countRecipients(ctx context.Context, db postgres.Reader, of Audience) (n int64, err error) {
	sql, args := of.query()
	if err = db.QueryRow(ctx, `select count(*)`+sql, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("counting accounts: %w", err)
	}
	return n, nil
}

// nextRecipients takes the next people after one, by their ids, for their share.
func nextRecipients(ctx context.Context, tx postgres.Tx, of Audience, after uuid.UUID, limit int) ([]outbox.Recipient, error) {
	sql, args := of.query()
	next := fmt.Sprintf(`and p.id > $%d order by p.id limit $%d for share of p`, len(args)+1, len(args)+2)
	rows, err := tx.PGX.Query(ctx, `select p.id, coalesce(nullif(e.spelling, ''), e.address), p.lang, p.zone`+sql+next, append(args, after, limit)...)
	if err != nil {
		return nil, fmt.Errorf("reading accounts: %w", err)
	}
	people, err := pgx.CollectRows(rows, pgx.RowToStructByPos[outbox.Recipient])
	if err != nil {
		return nil, fmt.Errorf("reading accounts: %w", err)
	}
	return people, nil
}

const ownerQuery = `
	select p.id, w.changed_at, w.hash from person p join email_address e on e.person_id = p.id join password w on w.person_id = p.id
	where p.closing_at is null and `

// findPassword finds who may sign in by an address, and their password's hash;
// empty for nobody and for those without one. Somebody being erased is nobody.
func findPassword(ctx context.Context, db postgres.Reader, at string) (who Owner, phc string, err error) {
	return scanPassword(db.QueryRow(ctx, ownerQuery+`e.address = $1`, at))
}

// findPasswordOf is findPassword by the person's id.
func findPasswordOf(ctx context.Context, db postgres.Reader, person uuid.UUID) (who Owner, phc string, err error) {
	return scanPassword(db.QueryRow(ctx, ownerQuery+`e.is_primary and p.id = $1`, person))
}

func scanPassword(row pgx.Row) (who Owner, phc string, err error) {
	err = row.Scan(&who.ID, &who.Since, &phc)
	if err != nil && !postgres.IsMissing(err) {
		return who, "", fmt.Errorf("reading a password: %w", err)
	}
	return who, phc, nil
}

// passwordRowOf reads a person's password, also of somebody being erased; it
// has no hash if they have none.
func passwordRowOf(ctx context.Context, db *gorm.DB, person uuid.UUID) (passwordRow, error) {
	row, err := gorm.G[passwordRow](db).Where("person_id = ?", person).First(ctx)
	if err != nil && !postgres.IsMissing(err) {
		return row, fmt.Errorf("reading a password: %w", err)
	}
	return row, nil
}

func readHasPassword(r *postgres.Reads, person uuid.UUID) *bool {
	has := new(bool)
	r.Each(func(rows pgx.Rows) error { return rows.Scan(has) }, `select exists (select from password where person_id = $1 and hash <> '')`, person)
	return has
}

// upsertPassword makes a password the person's, over an earlier one.
func upsertPassword(ctx context.Context, tx postgres.Tx, row passwordRow) error {
	over := clause.OnConflict{Columns: []clause.Column{{Name: "person_id"}}, DoUpdates: clause.AssignmentColumns([]string{"hash", "changed_at"})}
	if err := gorm.G[passwordRow](tx.Gorm, over).Create(ctx, &row); err != nil {
		return fmt.Errorf("setting a password: %w", err)
	}
	return nil
}
