package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/disclosure"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/request"
	"plusultra.link/privacy/views/text"
)

// discloses answers who got which kinds of data for their own direct marketing in the
// calendar year before (Cal. Civ. Code 1798.83): by the register, and by what is noted of
// cases of their own.
type discloses struct {
	*App
	zone *time.Location
}

func (discloses) Do(context.Context, postgres.Tx, audit.Actor, request.Request, []request.Item) (bool, error) {
	return false, nil // its answer is all of it
}

func (d discloses) Says(ctx context.Context, tx postgres.Tx, r request.Request) (string, error) {
	to, err := d.Accounts.RecipientIn(ctx, tx, r.PersonID)
	if err != nil {
		return "", err
	}
	year := r.ReceivedAt.In(d.zone).Year() - 1
	given, err := d.Looks.GivenIn(ctx, tx, r.PersonID, time.Date(year, time.January, 1, 0, 0, 0, 0, d.zone), time.Date(year+1, time.January, 1, 0, 0, 0, 0, d.zone))
	if err != nil {
		return "", err
	}
	ctx = d.Catalog.For(ctx, to.Lang, to.Zone)
	var lines []string
	for _, one := range d.Register.Recipients {
		if kinds := d.marketed(one, given, to.Lang); one.Marketing && len(kinds) > 0 {
			lines = append(lines, text.Pair(ctx, one.Name.In(to.Lang), text.Commas(ctx, kinds)))
		}
	}
	said := text.T(ctx, "deed.disclosed.none", "Year", year)
	if len(lines) > 0 {
		said = text.T(ctx, "deed.disclosed.some", "Year", year)
	}
	return strings.Join(append([]string{said}, lines...), "\n"), nil
}

// marketed are the kinds of data, named, that a recipient gets of everybody, and that it
// got in cases of its own.
func (d discloses) marketed(to register.Recipient, given []disclosure.Given, lang string) (kinds []string) {
	for _, c := range d.Register.Categories {
		of := !to.InCases && slices.Contains(c.Recipients, to.ID)
		for _, g := range given {
			of = of || g.Recipient == to.ID && slices.Contains(g.About, c.ID)
		}
		if of {
			kinds = append(kinds, c.Name.In(lang))
		}
	}
	return kinds
}

// removes has go what somebody wrote where others read it (Cal. Bus. & Prof. Code
// 22581), and says what can't be reached.
type removes struct{ *App }

func (d removes) Do(ctx context.Context, tx postgres.Tx, by audit.Actor, r request.Request, _ []request.Item) (bool, error) {
	for _, c := range d.Register.Categories {
		if !c.Public {
			continue
		}
		if err := d.Erasures.EraseCategory(ctx, tx, by, r.PersonID, c.ID, r.ID); err != nil {
			return false, err
		}
	}
	return false, nil
}

func (d removes) Says(ctx context.Context, tx postgres.Tx, r request.Request) (string, error) {
	to, err := d.Accounts.RecipientIn(ctx, tx, r.PersonID)
	if err != nil {
		return "", err
	}
	var said []string
	for _, c := range d.Register.Categories {
		if c.Public && !c.Warning.Empty() {
			said = append(said, c.Warning.In(to.Lang))
		}
	}
	return strings.Join(said, "\n"), nil
}
