package views

import (
	"context"
	"strings"
	"time"

	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// StaffOperationPage is how the portal does.
type StaffOperationPage struct {
	Shell

	At       time.Time
	Problems []OperationProblem // the worst first
	Leap     string             // from when the clock leapt; empty if it did not
	Ceiling  int64              // where counting stops
	Work     []OperationWork
	Mail     OperationMail
	Copies   OperationTally // that are being made
	Journal  OperationTally // what is not in it yet
	Restored time.Time      // from a backup; zero if it never was
	Files    FilesState
	Keys     []OperationKey
	Schema   OperationSchema
	Standbys []OperationStandby
	Used     int // connections to the database, of Most
	Most     int
	Jobs     string // where every single job is shown
}

// OperationTally is how many there are, and since when the first; zero if there
// are none.
type OperationTally struct {
	Number int64
	First  time.Time
}

// OperationProblem is something that somebody has to look after.
type OperationProblem struct {
	Code   string // operation.problem and operation.todo have its words
	Number int64
	Since  time.Time
}

// OperationWork is how much work of one kind there is.
type OperationWork struct {
	Kind                               string
	Waiting, Running, Retrying, Failed int64
	Oldest                             time.Time
}

// OperationMail is what has not gone, or will not.
type OperationMail struct {
	Waiting OperationTally
	NoKey   int64
	Delayed []OperationTrouble // of those that wait, since when
	Failed  []OperationTrouble // and when the last was given up
}

// OperationTrouble is mail that has not gone for one reason.
type OperationTrouble struct {
	Why    string
	Number int64
	At     time.Time
}

// OperationKey is a key of the ring.
type OperationKey struct {
	ID   string
	Does KeyUse
}

// KeyUse is what a key is used for.
type KeyUse string

// The uses of keys.
const (
	KeyCurrent KeyUse = "current"
	KeyOpens   KeyUse = "opens"
	KeyVerify  KeyUse = "verifies"
)

// FilesState is how the place for files does.
type FilesState string

// The states of the place for files.
const (
	FilesNone    FilesState = "none"
	FilesAnswers FilesState = "answers"
	FilesAway    FilesState = "away"
)

// OperationSchema is the database's version and the program's.
type OperationSchema struct{ Has, Known int64 }

// OperationStandby is a server that follows the database.
type OperationStandby struct {
	Name        string
	Hidden      bool
	Synchronous bool
	Lag         time.Duration
	Bytes       int64
}

// counted says a number that stops at a ceiling.
func (p StaffOperationPage) counted(ctx context.Context, n int64) string {
	if n > p.Ceiling {
		return text.T(ctx, "staff.more", "Count", text.Number(ctx, p.Ceiling))
	}
	return text.Number(ctx, n)
}

// title is what is wrong.
func (p StaffOperationPage) title(ctx context.Context, one OperationProblem) string {
	return text.N(ctx, "operation.problem."+one.Code, one.Number, "Number", p.counted(ctx, one.Number))
}

// tally says how many there are and since when; none says so.
func (p StaffOperationPage) tally(ctx context.Context, t OperationTally) string {
	if t.Number == 0 {
		return text.T(ctx, "operation.none")
	}
	return text.T(ctx, "operation.countSince", "Count", p.counted(ctx, t.Number), "When", text.Time(ctx, t.First))
}

// kindOfWork says what a kind of work is; one without words is its own name.
func kindOfWork(ctx context.Context, kind string) string {
	if said := text.Optional(ctx, "operation.kind."+strings.ReplaceAll(kind, ".", "-")); said != "" {
		return said
	}
	return kind
}

// workRows say in a line how much work of each kind there is.
func (p StaffOperationPage) workRows(ctx context.Context) []ui.SummaryRow {
	rows := make([]ui.SummaryRow, len(p.Work))
	for i, w := range p.Work {
		var said []string
		if w.Waiting > 0 {
			said = append(said, text.T(ctx, "operation.waiting", "Count", p.counted(ctx, w.Waiting), "When", text.Time(ctx, w.Oldest)))
		}
		for _, some := range []struct {
			key string
			n   int64
		}{{"operation.running", w.Running}, {"operation.retrying", w.Retrying}, {"operation.failed", w.Failed}} {
			if some.n > 0 {
				said = append(said, text.T(ctx, some.key, "Count", p.counted(ctx, some.n)))
			}
		}
		if said == nil {
			said = []string{text.T(ctx, "operation.idle")}
		}
		rows[i] = ui.SummaryRow{Key: kindOfWork(ctx, w.Kind), Value: text.Clauses(ctx, said)}
	}
	return rows
}

func (p StaffOperationPage) mailRows(ctx context.Context) []ui.SummaryRow {
	rows := []ui.SummaryRow{
		{Key: text.T(ctx, "operation.mailWaiting"), Value: p.tally(ctx, p.Mail.Waiting)},
		{Key: text.T(ctx, "operation.mailNoKey"), Value: p.tally(ctx, OperationTally{Number: p.Mail.NoKey, First: p.Mail.Waiting.First})},
	}
	why := func(t OperationTrouble) string {
		if said := text.Optional(ctx, "operation.why."+t.Why); said != "" {
			return said
		}
		return text.T(ctx, "operation.whyOther") // as another release calls it
	}
	for _, d := range p.Mail.Delayed {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "operation.mailDelayed", "Why", why(d)), Value: p.tally(ctx, OperationTally{Number: d.Number, First: d.At})})
	}
	for _, f := range p.Mail.Failed {
		rows = append(rows, ui.SummaryRow{
			Key:   text.T(ctx, "operation.mailGivenUp", "Why", why(f)),
			Value: text.T(ctx, "operation.countLast", "Count", p.counted(ctx, f.Number), "When", text.Time(ctx, f.At)),
		})
	}
	if len(p.Mail.Failed) == 0 {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "operation.mailFailed"), Value: text.T(ctx, "operation.none")})
	}
	return rows
}

func (p StaffOperationPage) groundRows(ctx context.Context) []ui.SummaryRow {
	schema := text.T(ctx, "operation.schemaSame", "Has", text.Number(ctx, p.Schema.Has))
	if p.Schema.Has != p.Schema.Known {
		schema = text.T(ctx, "operation.schemaApart", "Has", text.Number(ctx, p.Schema.Has), "Known", text.Number(ctx, p.Schema.Known))
	}
	rows := []ui.SummaryRow{
		{Key: text.T(ctx, "operation.schema"), Value: schema},
		{Key: text.T(ctx, "operation.connections"), Value: text.T(ctx, "operation.connectionsUsed", "Used", text.Number(ctx, int64(p.Used)), "Most", text.Number(ctx, int64(p.Most)))},
		{Key: text.T(ctx, "operation.files"), Value: text.T(ctx, "operation.filesAre."+string(p.Files))},
		{Key: text.T(ctx, "operation.journal"), Value: p.tally(ctx, p.Journal)},
		{Key: text.T(ctx, "operation.copies"), Value: p.tally(ctx, p.Copies)},
	}
	if !p.Restored.IsZero() {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "operation.restored"), Value: text.Time(ctx, p.Restored)})
	}
	for _, s := range p.Standbys {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "operation.standby", "Name", s.Name), Value: s.say(ctx)})
	}
	if len(p.Standbys) == 0 {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "operation.standbys"), Value: text.T(ctx, "operation.standbysNone")})
	}
	for _, k := range p.Keys {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "operation.key", "ID", k.ID), Value: text.T(ctx, "operation.keyDoes."+string(k.Does))})
	}
	return rows
}

// say is how far a standby is, in time and in bytes.
func (s OperationStandby) say(ctx context.Context) string {
	if s.Hidden {
		return text.T(ctx, "operation.standbyHidden")
	}
	key := "operation.standbyBehind"
	switch {
	case s.Lag < time.Second && s.Synchronous:
		return text.T(ctx, "operation.standbyThereWaitedFor")
	case s.Lag < time.Second:
		return text.T(ctx, "operation.standbyThere")
	case s.Synchronous:
		key = "operation.standbyWaitedFor"
	}
	return text.T(ctx, key, "Lag", text.Duration(ctx, s.Lag), "Bytes", text.Bytes(ctx, s.Bytes))
}
