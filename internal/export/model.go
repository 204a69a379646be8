package export

import (
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// State is how far an export has come.
type State string

// The states; see the drawing in doc.go.
const (
	Waiting  State = "waiting"
	Building State = "building"
	Ready    State = "ready"
	Failed   State = "failed"
	Expired  State = "expired"
)

// transitions are all that a state may become; the database refuses any other
// (migrations/00004_work.sql).
func transitions() map[State][]State {
	return map[State][]State{
		Waiting:  {Building, Failed, Expired},
		Building: {Waiting, Ready, Failed, Expired},
		Ready:    {Expired},
	}
}

// MayBecome tells whether an export in this state can come to another.
func (s State) MayBecome(to State) bool { return slices.Contains(transitions()[s], to) }

// UnderWay tells whether there is still something to wait for.
func (s State) UnderWay() bool { return s == Waiting || s == Building }

// Export is one copy that was asked for.
type Export struct {
	PersonID   uuid.UUID `gorm:"primaryKey"`
	ID         uuid.UUID `gorm:"primaryKey"`
	AskedAt    time.Time
	State      State
	Categories Names  `gorm:"type:text[]"`     // ids of the register
	Parts      []Part `gorm:"serializer:json"` // once it has been built
	RowsDone   int64
	RowsTotal  int64
	StartedAt  *time.Time
	FinishedAt *time.Time
	ExpiresAt  *time.Time
	BlobKey    string // of the archive, once it is ready
	Bytes      int64  // of the ZIP, before it is sealed
	Sha256     []byte // of the ZIP
	Failure    string // the category whose source did not answer; see Silent
}

// TableName is the table of exports.
func (Export) TableName() string { return "export" }

// step is what is read of one source, and how far that is.
type step struct {
	PersonID uuid.UUID `gorm:"primaryKey"`
	ExportID uuid.UUID `gorm:"primaryKey"`
	Position int       `gorm:"primaryKey"`
	Category string
	Holding  string // the source's name
	RowsDone int64
	Parts    Names  `gorm:"type:text[]"` // keys in the store, without their endings
	Sealed   []byte // progress
	Missing  bool
	DoneAt   *time.Time
}

// TableName is the table of steps.
func (step) TableName() string { return "export_step" }

// Part is what an archive has of one category.
type Part struct {
	Category string `json:"category"`
	Rows     int64  `json:"rows"`
	Missing  bool   `json:"missing"` // not all of it could be read
}

// Made tells whether there is or was a file to fetch.
func (e Export) Made() bool { return e.FinishedAt != nil && len(e.Sha256) > 0 }

// Complete tells whether everything that was asked for is in the archive.
func (e Export) Complete() bool { return len(e.missing()) == 0 }

// missing are the categories of which not everything is in the archive.
func (e Export) missing() (ids []string) {
	for _, p := range e.Parts {
		if p.Missing {
			ids = append(ids, p.Category)
		}
	}
	return ids
}

// Names are ids of the register or keys of the store: letters, digits, hyphens
// and slashes, which PostgreSQL writes without quotes in an array.
type Names []string

// Value is the array as PostgreSQL reads it.
func (n Names) Value() (driver.Value, error) { return "{" + strings.Join(n, ",") + "}", nil }

// Scan reads the array as PostgreSQL writes it.
func (n *Names) Scan(from any) error {
	s, ok := from.(string)
	if !ok || !strings.HasPrefix(s, "{") || !strings.HasSuffix(s, "}") {
		return fmt.Errorf("%T is no array of names", from)
	}
	if *n = (Names{}); s != "{}" {
		*n = strings.Split(s[1:len(s)-1], ",")
	}
	return nil
}

// owner is what the sealed archive is bound to: copied to another row, it
// opens for nobody.
func (e Export) owner() []byte {
	return append(append(make([]byte, 0, 2*len(uuid.Nil)), e.PersonID[:]...), e.ID[:]...)
}
