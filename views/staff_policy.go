package views

import (
	"context"
	"time"

	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// StaffPoliciesPage lists the versions of the policy, drafts too.
type StaffPoliciesPage struct {
	Shell
	Versions []StaffPolicy
}

// StaffPolicyState is where a version stands.
type StaffPolicyState string

// The states of a version.
const (
	StaffPolicyDraft     StaffPolicyState = "draft"
	StaffPolicyReview    StaffPolicyState = "review" // read, and to be published
	StaffPolicyAnnounced StaffPolicyState = "announced"
	StaffPolicyCurrent   StaffPolicyState = "current"
	StaffPolicyEarlier   StaffPolicyState = "earlier"
	StaffPolicyWithdrawn StaffPolicyState = "withdrawn"
)

// StaffDeed is who did something, and when; without a time nobody did.
type StaffDeed struct {
	Known bool   // it was one of the staff
	By    string // empty: of whom no name is left
	At    time.Time
}

func (d StaffDeed) name(ctx context.Context) string {
	if d.By == "" {
		return text.T(ctx, "policy.desk.gone")
	}
	return d.By
}

// StaffPolicy is a version as the desk sees it. One without a name behind Published
// was in force when the portal first started.
type StaffPolicy struct {
	ID                             string
	State                          StaffPolicyState
	From                           time.Time // a day
	Drafted                        time.Time
	Reviewed, Published, Withdrawn StaffDeed
	Href                           string
}

// StaffPolicyPage is one version, and what can be done with it.
type StaffPolicyPage struct {
	Shell
	Version                          StaffPolicy
	Texts                            []PolicyText
	First                            bool   // no version is before it
	Action                           string // with what is to be done behind it
	Seen, After                      string // what the page shows, and the version that it is compared with
	Review, Publish, Waits, Withdraw bool
	Day                              string
	Asks                             []PolicyAsk
	Problems                         ui.Problems
}

func (p StaffPolicyPage) difference(ctx context.Context) string {
	switch {
	case p.First:
		return text.T(ctx, "policy.desk.onlyText")
	case p.Version.Published.At.IsZero():
		return text.T(ctx, "policy.desk.difference", "ID", p.After)
	default:
		return text.T(ctx, "policy.desk.differenceBefore")
	}
}

// PolicyText is what a version says in one language otherwise than the one before.
type PolicyText struct {
	Lang, Code string
	Comparison PolicyComparison
}

// StaffPolicyTextPage is all that a version says in one language.
type StaffPolicyTextPage struct {
	Shell
	ID, Lang, Code string
	Blocks         []PolicyBlock
}

// PolicyAsk is a topic of which a draft says something else.
type PolicyAsk struct {
	Topic, Name string
	Basis       bool // the basis became consent: it is asked again in any case
	Chosen      bool
}

func (s StaffPolicyState) badge(ctx context.Context) ui.BadgeProps {
	kind := ui.Plain
	switch s {
	case StaffPolicyDraft, StaffPolicyReview:
		kind = ui.Turn
	case StaffPolicyAnnounced:
		kind = ui.Info
	case StaffPolicyCurrent:
		kind = ui.Done
	case StaffPolicyEarlier, StaffPolicyWithdrawn:
	}
	return ui.BadgeProps{Kind: kind, Label: text.T(ctx, "policy.desk.states."+string(s))}
}

// deeds are who did what with a version, in order.
func (v StaffPolicy) deeds(ctx context.Context) []string {
	deeds := []string{text.T(ctx, "policy.desk.drafted", "When", text.Time(ctx, v.Drafted))}
	add := func(key string, d StaffDeed) {
		if !d.At.IsZero() {
			deeds = append(deeds, text.T(ctx, key, "Name", d.name(ctx), "When", text.Time(ctx, d.At)))
		}
	}
	add("policy.desk.reviewed", v.Reviewed)
	if !v.Published.Known && !v.Published.At.IsZero() {
		deeds = append(deeds, text.T(ctx, "policy.desk.first"))
	} else {
		add("policy.desk.published", v.Published)
	}
	add("policy.desk.withdrawn", v.Withdrawn)
	return deeds
}

func policyRows(ctx context.Context, all []StaffPolicy) [][]ui.Cell {
	cells := make([][]ui.Cell, len(all))
	for i, v := range all {
		cells[i] = []ui.Cell{
			{Inside: ui.LinkTo(ui.Link{Label: v.ID, Href: v.Href})}, {Inside: ui.Badge(v.State.badge(ctx))}, {Text: text.Day(ctx, v.From)}, {Inside: policyDeeds(v)},
		}
	}
	return cells
}

func policyAsks(ctx context.Context, asks []PolicyAsk) (options []ui.Option) {
	for _, a := range asks {
		if !a.Basis {
			options = append(options, ui.Option{Value: a.Topic, Label: a.Name, Hint: text.T(ctx, "policy.desk.askWording"), Selected: a.Chosen})
		}
	}
	return options
}
