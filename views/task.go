package views

import (
	"context"
	"time"

	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// TaskAct is what somebody is told of, or asked; its words are the messages task.acts.
type TaskAct string

// TaskAsked is a question of staff.
const TaskAsked TaskAct = "asked"

// TaskState is how far a task has come; its words are the messages task.states.
type TaskState string

// The states of which a page says more.
const (
	TaskOpen     TaskState = "open"
	TaskAnswered TaskState = "answered"
	TaskFailed   TaskState = "failed"
	TaskSkipped  TaskState = "skipped"
)

// TaskOutcome is what was answered; its words are the messages task.outcomes.
type TaskOutcome string

// TaskRow is one that somebody else is told of or asked for.
type TaskRow struct {
	Name      string // of whom
	Act       TaskAct
	State     TaskState
	Outcome   TaskOutcome
	At        time.Time // since when the state
	Due       time.Time // an answer is wanted; zero: none is waited for
	Late      bool
	Why       string // what was said of it
	Href      string // its page at the desk
	Reference string // of the request; empty where that is clear
}

func (t TaskRow) badge(ctx context.Context) ui.BadgeProps {
	b := ui.BadgeProps{Label: text.T(ctx, "task.states."+string(t.State))}
	switch {
	case t.State == TaskAnswered:
		b.Kind, b.Label = ui.Done, text.T(ctx, "task.outcomes."+string(t.Outcome))
	case t.Late || t.State == TaskFailed:
		b.Kind = ui.Turn
	}
	return b
}

// say is what a task is about, and by when or since when.
func (t TaskRow) say(ctx context.Context) string {
	said := text.T(ctx, "task.acts."+string(t.Act))
	if t.Due.IsZero() {
		return text.Sentences(ctx, said, text.T(ctx, "task.since", "Date", t.At))
	}
	return text.Sentences(ctx, said, text.T(ctx, "task.by", "Date", t.Due))
}

// TaskPage is behind the link of a task.
type TaskPage struct {
	Shell
	Action   string
	Company  string
	Row      TaskRow
	Question []string // paragraphs of what staff ask
	Whose    []string // name and address
	Kinds    []string // of data; none: all
	Changes  []TaskChange
	Outcomes []TaskOutcome // that may be answered; none: words alone
	Outcome  TaskOutcome   // as chosen
	Words    string
	Privacy  string
	Problems ui.Problems
}

// TaskChange is one field that was corrected.
type TaskChange struct{ Name, Was, Now string }

func (p TaskPage) facts(ctx context.Context) []ui.SummaryRow {
	rows := []ui.SummaryRow{{Key: text.T(ctx, "task.whose"), Value: text.Commas(ctx, p.Whose)}}
	if len(p.Kinds) > 0 {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "task.kinds"), Value: text.Commas(ctx, p.Kinds)})
	}
	for _, c := range p.Changes {
		rows = append(rows, ui.SummaryRow{Key: c.Name, Value: RequestItem{Was: c.Was, Wanted: c.Now}.change(ctx)})
	}
	return append(rows, ui.SummaryRow{Key: text.T(ctx, "task.due"), Value: text.Date(ctx, p.Row.Due)})
}

func (p TaskPage) outcomes(ctx context.Context) []ui.Option {
	options := make([]ui.Option, len(p.Outcomes))
	for i, o := range p.Outcomes {
		options[i] = ui.Option{Value: string(o), Label: text.T(ctx, "task.choices."+string(o)), Selected: o == p.Outcome}
	}
	return options
}

func (p StaffTaskPage) outcomes(ctx context.Context) []ui.Option {
	options := make([]ui.Option, len(p.Outcomes))
	for i, o := range p.Outcomes {
		options[i] = ui.Option{Value: string(o), Label: text.T(ctx, "task.outcomes."+string(o)), Selected: o == p.Outcome}
	}
	return options
}

// StaffTasksPage are all that somebody is waited for.
type StaffTasksPage struct {
	Shell
	Rows []TaskRow
}

// StaffTaskPage is one task at the desk.
type StaffTaskPage struct {
	Shell
	Request  string // where the request is that it is for; empty: of none
	Action   string // empty: nothing is to be done about it any more
	Row      TaskRow
	Address  string
	Question []string
	Kinds    []string
	States   []TaskState // that it may come to by hand
	State    TaskState   // as chosen
	Outcomes []TaskOutcome
	Outcome  TaskOutcome
	Words    string
	Problems ui.Problems
}

func (p StaffTaskPage) back(ctx context.Context) ui.Link {
	if p.Request == "" {
		return ui.Link{Label: text.T(ctx, "task.desk.title"), Href: "/staff/tasks"}
	}
	return ui.Link{Label: text.T(ctx, "task.desk.request"), Href: p.Request}
}

func (p StaffTaskPage) states(ctx context.Context) []ui.Option {
	options := make([]ui.Option, len(p.States))
	for i, s := range p.States {
		options[i] = ui.Option{Value: string(s), Label: text.T(ctx, "task.desk."+string(s)), Selected: s == p.State}
	}
	return options
}

func (p StaffAskPage) langs(ctx context.Context) []ui.Option {
	options := make([]ui.Option, len(p.Langs))
	for i, lang := range p.Langs {
		options[i] = ui.Option{Value: lang, Label: text.LanguageName(ctx, lang), Selected: lang == p.Chosen}
	}
	return options
}

func (p StaffTaskPage) facts(ctx context.Context) []ui.SummaryRow {
	rows := []ui.SummaryRow{
		{Key: text.T(ctx, "task.whom"), Value: p.Row.Name},
		{Key: text.T(ctx, "task.of"), Value: text.T(ctx, "task.acts."+string(p.Row.Act))},
		{Key: text.T(ctx, "request.state"), Value: p.Row.badge(ctx).Label},
	}
	if p.Address != "" {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "task.address"), Value: p.Address})
	}
	if len(p.Kinds) > 0 {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "task.kinds"), Value: text.Commas(ctx, p.Kinds)})
	}
	if !p.Row.Due.IsZero() {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "task.due"), Value: text.Date(ctx, p.Row.Due)})
	}
	if p.Row.Why != "" {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "task.said"), Value: p.Row.Why})
	}
	return rows
}

// StaffAskPage asks somebody else for what an answer needs.
type StaffAskPage struct {
	Shell
	Reference, Action, Back string
	Address, Words, Days    string
	Langs                   []string
	Chosen                  string // of them
	Problems                ui.Problems
}

// GivenRow is what went to somebody else in a case of its own.
type GivenRow struct {
	Name   string // of who got it
	Kinds  []string
	At     time.Time
	Why    string
	Secret time.Time // until then the person may not be told; zero: they may
}

func (g GivenRow) say(ctx context.Context) string {
	said := text.Pair(ctx, text.Date(ctx, g.At), text.Commas(ctx, g.Kinds))
	if g.Secret.IsZero() {
		return said
	}
	return text.Sentences(ctx, said, text.T(ctx, "disclosure.given.secret", "Date", g.Secret))
}

// StaffGivenPage writes down what went to somebody else.
type StaffGivenPage struct {
	Shell
	Action, Back   string
	Recipients     []ui.Option
	Kinds          []ui.Option
	At, Why, Until string
	Problems       ui.Problems
}
