package record

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/document"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
)

// Source is one place where rows of a category lie. It never gives a row to
// anybody but the person it is about.
type Source interface {
	// Name tells sources of one category apart: in an archive, in a log.
	Name() string
	Category() register.Category
	// Title says what the rows are: not the category's name, where there are
	// others beside them.
	Title() document.Text
	// Fields are what a person may see of a row, in the order of Row.Values.
	Fields() []dictionary.Field

	// Settled tells that no row comes to be here once the person's account is
	// closed: whatever writes them takes the person (account.Directory).
	Settled() bool

	// ReadCount reads how many rows a person has here.
	ReadCount(r *postgres.Reads, person uuid.UUID) *int64
	// Read hands over up to limit rows after a cursor ("" is the beginning), by
	// db, the pool or a transaction, if the source is in our own database,
	// in an order that never changes, and gives the cursor to go on from; it
	// is "" when nothing is left. A row's bytes are gone when fn returns.
	Read(ctx context.Context, db postgres.Reader, person uuid.UUID, after string, limit int, fn func(Row) error) (next string, err error)
	// ReadPage gives rows for reading, newest first, once r has been sent, or says
	// that they could not be read just now. NotFound for a cursor that nobody gave.
	ReadPage(r *postgres.Reads, person uuid.UUID, q PageQuery) *Page
	// ReadRanks reads which values come up most in the fields that are ranked, among
	// the newest of the rows that q chooses, wherever its page lies.
	ReadRanks(r *postgres.Reads, person uuid.UUID, q PageQuery) *Ranks
	// Row finds one row by its key; NotFound if the person has none such,
	// Unavailable if there is no answer in time.
	Row(ctx context.Context, person uuid.UUID, key string) (Row, error)
	// Rectify changes the fields that the person may correct (GDPR art. 16), and
	// tells whether anything was to be changed.
	Rectify(ctx context.Context, r Rectification) (changed bool, err error)
	// RectifyIn is Rectify as part of a transaction, and gives what the fields that it
	// changed held.
	RectifyIn(ctx context.Context, tx postgres.Tx, r Rectification) (was map[string]string, err error)
	// CheckRectification tells what is wrong with values before anybody decides.
	CheckRectification(r Rectification) error
	// Rectifiable are the fields that staff may correct at the person's request.
	Rectifiable() []dictionary.Field
	// Erase does what the category's erasure rule says to the person's next rows
	// behind a cursor ("" is the beginning), limit of them: deletes them, gives
	// them to nobody, or empties the columns that are not kept. It does so in the
	// caller's transaction, so that what was done and the note of how far it came
	// are true together, and gives how many rows it changed and the cursor to go
	// on from; it is "" when nothing is left.
	Erase(ctx context.Context, tx postgres.Tx, person uuid.UUID, after string, limit int) (n int64, next string, err error)
}

// Row is one row. Values are in PostgreSQL's text form, nil for null, one for
// each of the source's fields; AppendJSON and Time read them.
type Row struct {
	Key    string // names the row in Rectification; empty while reading, and where a person has one row only
	Values [][]byte
}

// Version tells two states of a row apart.
func (r Row) Version() string {
	sum := sha256.New()
	for _, v := range r.Values {
		fmt.Fprintf(sum, "%d:%s", len(v), v)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// PageQuery says which rows to show. Older and Newer are cursors of the page
// before; at most one of them is set.
type PageQuery struct {
	From, To     time.Time // From is included, To is not; zero is open
	Older, Newer string
	Limit        int
	Search       Search // no words: whatever there is
}

// Page is some rows and the ways on; a cursor is "" where nothing is left.
type Page struct {
	Rows         []Row
	Older, Newer string
	Silent       bool      // what holds the rows did not answer in time
	Behind       time.Time // a search came as far as here, and there may be more behind it; else zero
}

// Ranks are how often values come up in some rows.
type Ranks struct {
	Rows   int64 // in which they were counted
	Newest int64 // of so many that were looked through, behind which there may be more; 0: of all
	Fields []Rank
}

// Rank is the values of a field, the most frequent first, each with how many rows
// say it.
type Rank struct {
	Field  dictionary.Field
	Values []Counted
}

// Counted is a value, in PostgreSQL's text of it, and how many rows say it.
type Counted struct {
	Value string
	Rows  int64
}

// Search is what somebody looks for among the words of a row.
type Search struct {
	Words string
	Codes map[string][]string // by field: the codes that are said by words in which these stand
}

// Rectification is a correction of one row by the person it is about, or by
// staff for them. Values are by field.
type Rectification struct {
	Actor  audit.Actor
	Person uuid.UUID
	Key    string
	Values map[string]string
	Seen   string // the version (Row.Version) that is corrected, "" for whichever there is
}
