package consent

import (
	"context"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

// Change is a line of the ledger as other systems read it: each changed how
// somebody stands to a topic.
type Change struct {
	Position int64
	ID       uuid.UUID
	Person   uuid.UUID
	Topic    string // All for every topic of mail, those that are thought of later too
	Given    bool
	Channel  Channel
	At       time.Time
	Wording  string // the version of the words
}

// Cursor is behind a line: who goes on from there gets what follows.
type Cursor struct {
	position int64
	check    string // of the line's number: a ledger that came back from a backup has others
}

const checkSize = 4 // bytes, the last of the number: the first are a time

func checkOf(id uuid.UUID) string { return hex.EncodeToString(id[len(id)-checkSize:]) }

// Cursor is behind this line.
func (c Change) Cursor() Cursor { return Cursor{c.Position, checkOf(c.ID)} }

// Position is the place of its line; 0 before the first.
func (c Cursor) Position() int64 { return c.position }

// Beyond tells whether it is behind another.
func (c Cursor) Beyond(other Cursor) bool { return c.position > other.position }

// String is what ParseCursor reads; empty before the first line.
func (c Cursor) String() string {
	if c.position == 0 {
		return ""
	}
	return strconv.FormatInt(c.position, 10) + "." + c.check
}

// ParseCursor reads a cursor. Invalid if it is none.
func ParseCursor(s string) (c Cursor, err error) {
	if s == "" {
		return c, nil
	}
	number, check, ok := strings.Cut(s, ".")
	c.position, err = strconv.ParseInt(number, 10, 64)
	c.check = check
	if !ok || err != nil || c.position <= 0 || len(check) != 2*checkSize || c.String() != s {
		return Cursor{}, fault.Invalidate(fault.Field("after", "consent.cursorNone"))
	}
	return c, nil
}

// ChangesMost is for how many lines one may ask at once.
const ChangesMost = 1000

// Changes are the lines behind a cursor in the order of their places, at most so
// many, and whether there are more. A line that was written behind the cursor is
// never given a place before it, however late its transaction commits; lines of
// somebody who was erased are left out once they have gone. Conflict if
// the cursor is of another ledger: this one came back from a backup that is older.
func (s *Service) Changes(ctx context.Context, after Cursor, most int) (changes []Change, more bool, err error) {
	if most < 1 || most > ChangesMost {
		return nil, false, fault.Invalidate(fault.Field("limit", "consent.changesMost", "Max", ChangesMost))
	}
	if err := s.Place(ctx); err != nil {
		return nil, false, err
	}
	switch known, err := hasPlace(ctx, s.deps.DB.Pool, after); {
	case err != nil:
		return nil, false, err
	case !known:
		return nil, false, fault.New(fault.Conflict, "consent.cursorOther")
	}
	changes, err = readChanges(ctx, s.deps.DB.Pool, after.position, most+1)
	if len(changes) > most {
		return changes[:most], true, err
	}
	return changes, false, err
}

// Last is behind all lines that there are.
func (s *Service) Last(ctx context.Context) (Cursor, error) {
	if err := s.Place(ctx); err != nil {
		return Cursor{}, err
	}
	return lastCursor(ctx, s.deps.DB.Pool)
}

// Place gives a place to each line that has none: as it is committed when the
// database is asked, and in the order of its time among those.
func (s *Service) Place(ctx context.Context) error {
	for more := true; more; {
		err := s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
			more, err = s.PlaceSome(ctx, tx)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Waits tells whether a line has no place yet.
func (s *Service) Waits(ctx context.Context) (bool, error) {
	return anyUnplaced(ctx, s.deps.DB.Pool)
}

// PlaceSome is Place for some lines, and tells whether there may be more. What people
// said themselves goes into the audit log with it, by the number of its line, and so can
// be proved for good: an unsubscription is too quick to be written down there
// itself.
func (s *Service) PlaceSome(ctx context.Context, tx postgres.Tx) (more bool, err error) {
	lines, more, err := place(ctx, tx)
	if err != nil {
		return false, err
	}
	entries, now := make([]audit.Entry, 0, len(lines)), s.deps.Now()
	for _, e := range lines {
		if !noted(e) {
			continue
		}
		detail := map[string]any{e.Topic: e.Given, "channel": e.Channel, "said": e.At.UTC()}
		if e.Wording != "" { // which words were read, and in which language: GDPR art. 7(1)
			detail["words"], detail["lang"] = Digest(e.Wording), e.Lang
		}
		entries = append(entries, audit.Entry{
			ID: e.ID, At: now, Actor: audit.BySystem("consent"), Action: "consent.noted", PersonID: e.PersonID, Subject: e.ID.String(),
			Detail: detail,
		})
	}
	return more, audit.RecordAll(ctx, tx, entries)
}
