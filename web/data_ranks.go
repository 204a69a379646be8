package web

import (
	"net/url"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

const (
	mostRanked   = 6 // values that a list names; the others are one figure
	fewestRanked = 2
)

// ranks are the values that come up most, each with the way to the rows that say
// it. What stands on the page as it is needs no list beside it.
func (c *dataController) ranks(ctx echo.Context, counted record.Ranks) (all []views.DataRank) {
	if counted.Rows <= pageRows {
		return nil
	}
	r := ctx.Request().Context()
	for _, rank := range counted.Fields {
		if len(rank.Values) < fewestRanked {
			continue
		}
		list := views.DataRank{ID: rank.Field.ID, Title: rank.Field.Ranked.In(text.Lang(r)), Of: rank.Field.Name.In(text.Lang(r)), Rows: counted.Rows, Newest: counted.Newest}
		for i, v := range rank.Values {
			if i >= mostRanked && len(rank.Values) > mostRanked+1 {
				list.Others, list.OtherRows = list.Others+1, list.OtherRows+v.Rows
				continue
			}
			said := c.Words.Value(r, rank.Field, []byte(v.Value)).Text
			entry := views.DataRanked{Name: said, Rows: v.Rows}
			if len(record.Searchable([]dictionary.Field{rank.Field})) > 0 && utf8.RuneCountInString(said) <= mostSearched {
				entry.Href = saying(ctx, said)
			}
			list.Values = append(list.Values, entry)
		}
		all = append(all, list)
	}
	return all
}

// saying is the address of the rows in which some words stand, of the time that
// was chosen.
func saying(ctx echo.Context, words string) string {
	to := url.Values{"q": {words}}
	for _, name := range []string{"from", "to"} {
		if v := ctx.QueryParam(name); v != "" {
			to.Set(name, v)
		}
	}
	return ctx.Request().URL.Path + "?" + to.Encode() + "#rows"
}
