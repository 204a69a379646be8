package views

import (
	"context"
	"time"

	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// inForce says since when, or from when on, a version counts.
func inForce(ctx context.Context, since time.Time, standing PolicyStanding) string {
	key := "policy.since"
	switch standing {
	case PolicyAnnounced:
		key = "policy.from"
	case PolicyEarlier:
		key = "policy.was"
	case PolicyCurrent:
	}
	return text.T(ctx, key, "Day", text.Day(ctx, since))
}

func (n PolicyNews) title(ctx context.Context) string {
	key := "policy.news"
	if n.Coming {
		key = "policy.newsComing"
	}
	return text.T(ctx, key, "Day", text.Day(ctx, n.Since))
}

func policyLead(ctx context.Context, p PolicyPage) string {
	if p.Standing == PolicyEarlier {
		return ""
	}
	return inForce(ctx, p.Since, p.Standing)
}

// policyNote is what to know of a version that is not in force.
func policyNote(ctx context.Context, p PolicyPage) string {
	if p.Standing == PolicyAnnounced {
		return text.T(ctx, "policy.announced", "Day", text.Day(ctx, p.Since))
	}
	return text.T(ctx, "policy.earlier", "Day", text.Day(ctx, p.Since), "Next", text.Day(ctx, p.Next))
}

func (c PolicyContact) facts(ctx context.Context) []ui.SummaryRow {
	return []ui.SummaryRow{
		{Key: text.T(ctx, "policy.controller"), Value: text.List(ctx, c.Names)},
		{Key: text.T(ctx, "policy.privacyMail"), Inside: ui.LinkTo(ui.Link{Label: c.Privacy, Href: "mailto:" + c.Privacy})},
		{Key: text.T(ctx, "policy.otherMail"), Inside: ui.LinkTo(ui.Link{Label: c.Other, Href: "mailto:" + c.Other})},
		{Key: text.T(ctx, "policy.post"), Value: text.Commas(ctx, c.Post)},
	}
}

func policyFacts(ctx context.Context, facts []PolicyFact) []ui.SummaryRow {
	rows := make([]ui.SummaryRow, len(facts))
	for i, f := range facts {
		rows[i] = ui.SummaryRow{Key: f.Name, Value: f.say(ctx)}
		if f.Address != "" { // it leaves the portal, and says so (promise P18)
			rows[i].Inside = ui.External(ui.Link{Label: f.Address, Href: f.Address})
		}
	}
	return rows
}

func (f PolicyFact) say(ctx context.Context) string {
	switch {
	case f.Aside != "":
		return text.Aside(ctx, f.Value, f.Aside)
	case f.Then != "":
		return text.Sentences(ctx, f.Value, f.Then)
	}
	return f.Value
}

// options are the versions to choose one of.
func policyOptions(ctx context.Context, all []PolicyVersion, chosen string) []ui.Option {
	options := make([]ui.Option, len(all))
	for i, v := range all {
		options[i] = ui.Option{Value: v.ID, Label: text.T(ctx, "policy.option."+string(v.Standing), "Day", text.Day(ctx, v.Since)), Selected: v.ID == chosen}
	}
	return options
}

// say is what a comparison comes to.
func (c PolicyComparison) say(ctx context.Context) string {
	if len(c.Sections) == 0 {
		return text.T(ctx, "policy.compareSame")
	}
	return text.N(ctx, "policy.compareSections", int64(len(c.Sections)))
}

// badge tells, with the word, how something differs.
func (h PolicyHow) badge(ctx context.Context) ui.BadgeProps {
	kind := map[PolicyHow]ui.Kind{PolicyAdded: ui.Done, PolicyRemoved: ui.Danger, PolicyChanged: ui.Info}[h]
	return ui.BadgeProps{Kind: kind, Label: text.T(ctx, "policy.how."+string(h))}
}

func listLead(ctx context.Context, list PolicyList) string {
	switch list {
	case ListOfData:
		return text.T(ctx, "policy.dataLead")
	case ListOfRecipients:
		return text.T(ctx, "policy.recipientsLead")
	case ListOfContacts:
		return text.T(ctx, "policy.contactLead")
	}
	return ""
}

func listBack(ctx context.Context, list PolicyList) ui.Link {
	if list == ListOfData {
		return ui.Link{Label: text.T(ctx, "policy.whole"), Href: "/policy"}
	}
	return ui.Link{}
}

// lead says what is beside what.
func (p PolicyComparePage) lead(ctx context.Context) string {
	if p.From.ID == p.To.ID {
		return text.T(ctx, "policy.compareOne", "Day", text.Day(ctx, p.To.Since))
	}
	return text.T(ctx, "policy.compareLead", "From", text.Day(ctx, p.From.Since), "To", text.Day(ctx, p.To.Since))
}
