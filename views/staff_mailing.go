package views

import (
	"context"
	"slices"
	"strconv"
	"time"

	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// StaffMailingsPage lists the letters to everybody.
type StaffMailingsPage struct {
	Shell
	Mailings []StaffMailing
}

// MailingState is where a mailing stands.
type MailingState string

// The states of a mailing.
const (
	MailingDraft     MailingState = "draft"
	MailingRunning   MailingState = "running"
	MailingPaused    MailingState = "paused"
	MailingDone      MailingState = "done"
	MailingCancelled MailingState = "cancelled"
)

// MailingWhom is how people are chosen.
type MailingWhom string

// The ways to choose people.
const (
	MailingEverybody MailingWhom = "everybody"
	MailingResidents MailingWhom = "countries"
	MailingHolders   MailingWhom = "categories"
	MailingAgreed    MailingWhom = "topic"
	MailingListed    MailingWhom = "list"
)

// StaffMailing is one letter to everybody whom it concerns.
type StaffMailing struct {
	Href                  string
	State                 MailingState
	Policy                string // the version that it tells of
	Subject               string // of a mailing about the policy, the day
	Topic                 string
	Locked                bool // nobody can turn it off
	Whom                  MailingWhom
	Among                 []string // codes of countries, or names of categories or of the topic
	Size                  int64    // people who are chosen
	Would, Written        int64    // of those, who will get it, and who has
	Passed, Listed        int64    // and who does not: by their own word, and for their address's sake
	Unknown               int64    // how many of a list are nobody here
	Lines                 []int32  // on which of its lines the first of them stand
	Edition               int
	Drafted, Begun, Ended time.Time
	Counted               time.Time // since when it is known who will get it
}

// StaffMailingFormPage asks what is to be mailed, to whom, or what a draft says instead.
type StaffMailingFormPage struct {
	Shell
	Action, Back string
	Edition      string // of the draft; empty of a new one
	OnList       int64  // people on a draft's list
	MaxSubject   int    // characters
	MaxBody      int
	Versions     []MailingVersion
	Topics       []MailingTopic
	Words        []MailingWords
	Whom         MailingWhom
	Countries    string
	Categories   []ui.Option // by their names
	Agreed       []ui.Option // topics, by their names
	List         string
	Breach       string // its number, of a letter that tells of one
	Problems     ui.Problems
}

// MailingVersion is a version of the policy that can be told of.
type MailingVersion struct {
	ID     string
	Since  time.Time
	Chosen bool
}

// MailingTopic is a topic that a mailing can be about.
type MailingTopic struct {
	ID, Name string
	Locked   bool
	Chosen   bool
}

// MailingWords are what is written in one language.
type MailingWords struct{ Lang, Code, Subject, Body string }

// StaffMailingPage is one mailing, and what can be done with it.
type StaffMailingPage struct {
	Shell
	Mailing           StaffMailing
	Action            string
	Drafter, Beginner string
	Waits             bool // somebody else has to begin it
	Alone             bool // there is nobody else, or was not when it was begun
	Letters           []MailingLetter
}

// MailingLetter is a mailing as its readers of one language see it.
type MailingLetter struct {
	Lang, Code, Subject string
	Paragraphs          []string
}

func (m StaffMailing) title(ctx context.Context) string {
	if m.Policy != "" {
		return text.T(ctx, "mailing.aboutPolicy", "Day", m.Subject)
	}
	return m.Subject
}

func (m StaffMailing) whom(ctx context.Context) string {
	switch m.Whom {
	case MailingResidents:
		names := make([]string, len(m.Among))
		for i, c := range m.Among {
			names[i] = text.CountryName(ctx, c)
		}
		return text.List(ctx, names)
	case MailingHolders:
		return text.T(ctx, "mailing.holders", "Kinds", text.List(ctx, m.Among))
	case MailingAgreed:
		return text.T(ctx, "mailing.agreedTo", "Topic", text.List(ctx, m.Among))
	case MailingListed:
		return text.T(ctx, "mailing.listed")
	default:
		return text.T(ctx, "mailing.everybody")
	}
}

// whomOptions are the ways to choose people; the fields below them say which.
func (p StaffMailingFormPage) whomOptions(ctx context.Context) []ui.Option {
	all := []MailingWhom{MailingEverybody, MailingResidents, MailingHolders, MailingAgreed, MailingListed}
	options := make([]ui.Option, len(all))
	for i, w := range all {
		options[i] = ui.Option{Value: string(w), Label: text.T(ctx, "mailing.whoms."+string(w)), Selected: w == p.Whom || p.Whom == "" && i == 0}
	}
	return options
}

// unknown says how many of a list are nobody here, and where the first of them stand.
func (m StaffMailing) unknown(ctx context.Context) string {
	lines := make([]string, len(m.Lines))
	for i, n := range m.Lines {
		lines[i] = text.Number(ctx, int64(n))
	}
	return text.N(ctx, "mailing.unknown", m.Unknown, "Lines", text.Commas(ctx, lines))
}

func (s MailingState) badge(ctx context.Context) ui.BadgeProps {
	kind := map[MailingState]ui.Kind{MailingDraft: ui.Turn, MailingRunning: ui.Info, MailingPaused: ui.Turn, MailingDone: ui.Done}[s]
	return ui.BadgeProps{Kind: kind, Label: text.T(ctx, "mailing.states."+string(s))}
}

func (m StaffMailing) written(ctx context.Context) string {
	if m.State == MailingDraft {
		if m.Counted.IsZero() {
			return text.T(ctx, "mailing.counting")
		}
		return text.N(ctx, "mailing.letter", m.Would)
	}
	if m.State == MailingDone {
		return text.N(ctx, "mailing.letter", m.Written)
	}
	return text.T(ctx, "mailing.writtenOf", "Written", text.Number(ctx, m.Written), "Size", text.Number(ctx, m.Would))
}

func (m StaffMailing) bar(ctx context.Context) ui.ProgressProps {
	p := ui.ProgressProps{ID: "how-far", Label: text.T(ctx, "mailing.progress"), Done: min(m.Written+m.Passed+m.Listed, m.Size), Total: m.Size, Said: m.written(ctx)}
	if m.State == MailingDraft {
		p.Label, p.Done = text.T(ctx, "mailing.count"), min(m.Would+m.Passed+m.Listed, m.Size)
	}
	if m.State == MailingRunning || m.State == MailingDraft && m.Counted.IsZero() {
		p.Poll = m.Href + "/progress"
	}
	return p
}

func (p StaffMailingPage) facts(ctx context.Context) []ui.SummaryRow {
	m := p.Mailing
	topic := m.Topic
	if m.Locked {
		topic = text.Aside(ctx, m.Topic, text.T(ctx, "mailing.locked"))
	}
	rows := []ui.SummaryRow{
		{Key: text.T(ctx, "mailing.topic"), Value: topic},
		{Key: text.T(ctx, "mailing.whom"), Value: m.whom(ctx)},
		{Key: text.T(ctx, "mailing.size"), Value: text.N(ctx, "mailing.people", m.Size)},
		{Key: text.T(ctx, "mailing.drafted"), Value: text.Aside(ctx, p.Drafter, text.Time(ctx, m.Drafted))},
	}
	if m.State == MailingDraft && !m.Counted.IsZero() {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "mailing.would"), Value: text.Aside(ctx, text.N(ctx, "mailing.people", m.Would), text.T(ctx, "mailing.countedAt", "At", text.Time(ctx, m.Counted)))})
	}
	if !m.Begun.IsZero() {
		begun := ui.SummaryRow{Key: text.T(ctx, "mailing.begun"), Value: text.Aside(ctx, p.Beginner, text.Time(ctx, m.Begun))}
		if p.Alone {
			begun.Value = text.Aside(ctx, p.Beginner, text.Commas(ctx, []string{text.Time(ctx, m.Begun), text.T(ctx, "mailing.begunAlone")}))
		}
		rows = append(rows, begun)
	}
	if !m.Ended.IsZero() {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "mailing.ended"), Value: text.Time(ctx, m.Ended)})
	}
	if m.Unknown > 0 {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "mailing.nobody"), Value: m.unknown(ctx)})
	}
	if left := m.Size - m.Written - m.Passed - m.Listed; m.State == MailingDone && m.Whom == MailingListed && left > 0 {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "mailing.gone"), Value: text.N(ctx, "mailing.people", left)})
	}
	if m.Listed > 0 {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "mailing.noAddress"), Value: text.N(ctx, "mailing.people", m.Listed)})
	}
	if m.Passed > 0 {
		rows = append(rows, ui.SummaryRow{Key: text.T(ctx, "mailing.passed"), Value: text.N(ctx, "mailing.people", m.Passed)})
	}
	return rows
}

func mailingRows(ctx context.Context, all []StaffMailing) [][]ui.Cell {
	cells := make([][]ui.Cell, len(all))
	for i, m := range all {
		cells[i] = []ui.Cell{
			{Inside: ui.LinkTo(ui.Link{Label: m.title(ctx), Href: m.Href})},
			{Inside: ui.Badge(m.State.badge(ctx))},
			{Text: m.whom(ctx)},
			{Text: m.written(ctx)},
			{Text: text.Time(ctx, m.Drafted)},
		}
	}
	return cells
}

func (p StaffMailingFormPage) about(ctx context.Context) []ui.Option {
	options := []ui.Option{{Value: "", Label: text.T(ctx, "mailing.own")}}
	for _, v := range p.Versions {
		options = append(options, ui.Option{Value: v.ID, Label: text.T(ctx, "mailing.aboutPolicy", "Day", text.Day(ctx, v.Since)), Selected: v.Chosen})
	}
	return options
}

func (p StaffMailingFormPage) topics(ctx context.Context) []ui.Option {
	options := make([]ui.Option, len(p.Topics))
	for i, t := range p.Topics {
		options[i] = ui.Option{Value: t.ID, Label: t.Name, Selected: t.Chosen}
		if t.Locked {
			options[i].Label = text.Aside(ctx, t.Name, text.T(ctx, "mailing.locked"))
		}
	}
	return options
}

// problems are what is wrong with the form, of words in several languages with the
// field's name.
func (p StaffMailingFormPage) problems(ctx context.Context) ui.Problems {
	names := map[string]string{}
	for _, w := range p.Words {
		names["subject-"+w.Code], names["body-"+w.Code] = text.T(ctx, "mailing.subject", "Lang", w.Lang), text.T(ctx, "mailing.body", "Lang", w.Lang)
	}
	all := slices.Clone(p.Problems)
	for i, one := range all {
		if name := names[one.Field]; name != "" {
			all[i].Text = text.Pair(ctx, name, one.Text)
		}
	}
	return all
}

func (p StaffMailingFormPage) most(ctx context.Context, characters int) string {
	return text.T(ctx, "mailing.most", "Max", text.Number(ctx, int64(characters)))
}

func (p StaffMailingFormPage) listHint(ctx context.Context) string {
	if p.OnList == 0 {
		return text.T(ctx, "mailing.listHint")
	}
	return text.Sentences(ctx, text.N(ctx, "mailing.listKept", p.OnList), text.T(ctx, "mailing.listHint"))
}

// begin is the button that begins it, as it is shown.
func (p StaffMailingPage) begin(ctx context.Context) ui.PostProps {
	return ui.PostProps{
		Action: p.Action + "/begin", Hidden: []ui.Hidden{{Name: "edition", Value: strconv.Itoa(p.Mailing.Edition)}},
		Button: ui.ButtonProps{Label: text.N(ctx, "mailing.begin", p.Mailing.Would), Kind: ui.Primary},
	}
}
