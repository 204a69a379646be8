package operation

import (
	"time"

	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
)

// Code says what is wrong. Never changed once released: alerts go by it.
type Code string

// What may be wrong, the worst first.
const (
	SchemaNewer    Code = "schema-newer"     // than this program
	SchemaOlder    Code = "schema-older"     // than this program
	FilesAway      Code = "files-away"       // the place for files does not answer
	ClockLeapt     Code = "clock-leapt"      // what can't be undone waits
	ErasuresLate   Code = "erasures-late"    // should have ended long ago
	JournalBehind  Code = "journal-behind"   // what was erased or withdrawn is in the database alone
	WorkStuck      Code = "work-stuck"       // due, and nobody does it
	MailNoKey      Code = "mail-no-key"      // waits for a key that is not here
	MailStuck      Code = "mail-stuck"       // waits longer than mail should
	ExportsLate    Code = "exports-late"     // asked for long ago
	StandbyBehind  Code = "standby-behind"   // would lose what was promised
	WorkFailing    Code = "work-failing"     // fails, and is tried again
	MailUnsigned   Code = "mail-unsigned"    // by nobody
	MailKey        Code = "mail-key"         // that signs it is not in the DNS
	MailFailed     Code = "mail-failed"      // given up
	JobsFailed     Code = "jobs-failed"      // not tried again
	ExportsFailed  Code = "exports-failed"   // given up
	RequestsLate   Code = "requests-late"    // open past their day
	CalendarsEnd   Code = "calendars-ending" // holidays that clocks go by run out within a year
	PoolFull       Code = "connections-full" // all connections are in use
	StandbysHidden Code = "standbys-hidden"  // the role may not see how they do
)

// Codes are all of them, the worst first.
func Codes() []Code {
	return []Code{
		SchemaNewer, SchemaOlder, FilesAway, ClockLeapt, ErasuresLate, JournalBehind, WorkStuck, MailNoKey, MailStuck, ExportsLate, StandbyBehind, WorkFailing, MailUnsigned, MailKey, MailFailed, JobsFailed,
		ExportsFailed, RequestsLate, CalendarsEnd, PoolFull, StandbysHidden,
	}
}

// Problem is one thing that is wrong.
type Problem struct {
	Code   Code
	Number int64     // of what it is about; 0: it can't be counted
	Since  time.Time // of the first or, of what failed, the last; zero: not known
}

const (
	// stuckAfter is how long what is due may wait: others' turns, a portal that
	// restarts, a mail server that is busy.
	stuckAfter = 15 * time.Minute
	// journalBehind is how long the journal may take, which is seconds.
	journalBehind = time.Minute
	// behind is how far a standby may be.
	behind = 30 * time.Second
)

// Problems are what is wrong, the worst first; none if all is well.
func (f Facts) Problems() []Problem {
	var all []Problem
	say := func(code Code, wrong bool, t postgres.Tally) {
		if wrong {
			all = append(all, Problem{Code: code, Number: t.Number, Since: t.First})
		}
	}
	some := func(code Code, t *postgres.Tally) { say(code, t.Number > 0, *t) }
	say(SchemaNewer, f.Schema.Has > f.Schema.Known, postgres.Tally{})
	say(SchemaOlder, f.Schema.Has < f.Schema.Known, postgres.Tally{})
	say(FilesAway, f.Files.Away != nil, postgres.Tally{})
	say(ClockLeapt, f.Clock.Is(), postgres.Tally{First: f.Clock.From})
	some(ErasuresLate, f.Erasures)
	say(JournalBehind, f.Journal.Number > 0 && f.At.Sub(f.Journal.First) > journalBehind, *f.Journal)
	some(WorkStuck, f.work(func(c jobs.Count) (int64, time.Time) { return f.stuck(c.Waiting, c.Oldest), c.Oldest }))
	some(MailNoKey, f.Mail.NoKey)
	stuck := postgres.Tally{Number: f.stuck(f.Mail.Waiting.Number-f.Mail.NoKey.Number, f.Mail.Waiting.First), First: f.Mail.Waiting.First}
	some(MailStuck, &stuck)
	some(ExportsLate, f.Exports.Late)
	some(StandbyBehind, f.standbys(func(s postgres.Standby) bool { return !s.Hidden && (!s.Streaming || s.Lag > behind) }))
	some(WorkFailing, f.work(func(c jobs.Count) (int64, time.Time) {
		if !c.Long { // a short job is tried again as a matter of course
			return 0, time.Time{}
		}
		return c.Retrying, time.Time{}
	}))
	say(MailUnsigned, f.Mail.Signature == mail.Unsigned, postgres.Tally{})
	say(MailKey, f.Mail.Signature == mail.KeyUnpublished, postgres.Tally{})
	failed := &postgres.Tally{}
	for _, m := range *f.Mail.Failed {
		if m.Why == mail.Bounced || m.Why == mail.Lapsed || m.Why == mail.Declined { // some always do, and nobody here can mend it
			continue
		}
		failed.Number += m.Number
		if m.At.After(failed.First) {
			failed.First = m.At
		}
	}
	some(MailFailed, failed)
	some(JobsFailed, f.work(func(c jobs.Count) (int64, time.Time) {
		return c.Failed, c.LastFail
	}))
	some(ExportsFailed, f.Exports.Failed)
	some(RequestsLate, f.Requests)
	say(CalendarsEnd, f.Calendars > 0, postgres.Tally{Number: f.Calendars})
	say(PoolFull, f.Connections.Most > 0 && f.Connections.Used >= f.Connections.Most, postgres.Tally{})
	some(StandbysHidden, f.standbys(func(s postgres.Standby) bool { return s.Hidden }))
	return all
}

// stuck is n if the first of them has waited too long.
func (f Facts) stuck(n int64, first time.Time) int64 {
	if first.IsZero() || f.At.Sub(first) < stuckAfter {
		return 0
	}
	return max(n, 0)
}

// work sums up over all kinds, with the earliest moment.
func (f Facts) work(of func(jobs.Count) (int64, time.Time)) *postgres.Tally {
	t := &postgres.Tally{}
	for _, c := range f.Work {
		n, at := of(c)
		t.Number += n
		if n > 0 && !at.IsZero() && (t.First.IsZero() || at.Before(t.First)) {
			t.First = at
		}
	}
	return t
}

func (f Facts) standbys(which func(postgres.Standby) bool) *postgres.Tally {
	t := &postgres.Tally{}
	for _, s := range f.Standbys {
		if which(s) {
			t.Number++
		}
	}
	return t
}
