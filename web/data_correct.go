package web

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

// correctionAt is where a row of a category's source is corrected.
func correctionAt(category string, source int, row string) string {
	switch {
	case category == "profile": // which has a page of its own
		return "/data/profile/edit"
	case row == "":
		row = theOnlyRow
	}
	return "/data/" + category + "/edit/" + strconv.Itoa(source) + "/" + url.PathEscape(row)
}

// theOnlyRow stands in an address for the row of a source that has one for each
// person, and no key.
const theOnlyRow = "-"

func rowOf(ctx echo.Context) string {
	if row := ctx.Param("row"); row != theOnlyRow {
		return row
	}
	return ""
}

// correctable are the fields of which the register says that the person is
// their source and may change them (promise P4).
func correctable(source record.Source) []dictionary.Field {
	var fields []dictionary.Field
	for _, f := range source.Fields() {
		if f.Correctable {
			fields = append(fields, f)
		}
	}
	return fields
}

// corrects is the kind of request by which staff correct something, if there is one.
func (s *server) corrects() (register.RequestKind, bool) {
	for _, kind := range s.Register.RequestKinds {
		if kind.Deed == register.Corrects {
			return kind, true
		}
	}
	return register.RequestKind{}, false
}

// correctsRows tells whether each row of a source has its way to be corrected.
func (s *server) correctsRows(source record.Source) bool {
	_, asked := s.corrects()
	return len(correctable(source)) > 0 || asked && len(source.Rectifiable()) > 0
}

// offerCorrections gives each row its way to be corrected: at once, or by a request
// for what staff have to check.
func (s *server) offerCorrections(source record.Source, at int, rows []record.Row, list *views.DataList) {
	if !s.correctsRows(source) {
		return
	}
	category, way := source.Category().ID, correctionAt
	if kind, _ := s.corrects(); len(correctable(source)) == 0 {
		way = func(category string, source int, row string) string {
			q := url.Values{"category": {category}, "source": {strconv.Itoa(source)}, "row": {row}}
			return newRequestAt(kind) + "?" + q.Encode()
		}
	}
	for i, row := range rows {
		list.Rows[i].Correct = way(category, at, row.Key)
	}
}

// correctedSource is the source that the address names, if something in it
// can be corrected.
func (c *dataController) correctedSource(ctx echo.Context) (record.Source, error) {
	sources := c.Records.For(ctx.Param("category"))
	at, err := strconv.Atoi(ctx.Param("source"))
	if err != nil || at < 0 || at >= len(sources) || len(correctable(sources[at])) == 0 {
		return nil, fault.New(fault.NotFound, "fault.notFound")
	}
	return sources[at], nil
}

// edit shows what a person told us in one row.
func (c *dataController) edit(ctx echo.Context) error {
	source, err := c.correctedSource(ctx)
	if err != nil {
		return err
	}
	row, err := source.Row(ctx.Request().Context(), person(ctx), rowOf(ctx))
	if err != nil {
		return err
	}
	values := valuesOf(source, row)
	typed, problems, ok, err := recall[map[string]string](ctx)
	if err != nil {
		return err
	}
	now := row.Version()
	if ok {
		values = typed
	}
	page := c.editRowPage(ctx, source, values, problems)
	page.Seen = seenAgain(typed["seen"], problems, now)
	return render(ctx, http.StatusOK, views.EditRow(page))
}

// update replaces what is wrong in one row by what the person says is
// right (GDPR art. 16).
func (c *dataController) update(ctx echo.Context) error {
	source, err := c.correctedSource(ctx)
	if err != nil {
		return err
	}
	posted, err := bindAll(ctx)
	if err != nil {
		return err
	}
	values := map[string]string{}
	for _, f := range correctable(source) {
		values[f.ID] = posted.Get(f.ID)
	}
	seen := posted.Get("seen")
	again := func(problems fault.Problems) error {
		values["seen"] = seen // no field of a category is called so
		return c.again(ctx, here(ctx), values, problems)
	}
	changed, err := source.Rectify(ctx.Request().Context(), record.Rectification{
		Actor: audit.ByPerson(person(ctx)), Person: person(ctx), Key: rowOf(ctx), Values: values, Seen: seen,
	})
	if problems, ok := fault.Fields(err); ok {
		return again(problems)
	}
	if err != nil {
		return err
	}
	said := "data.rowCorrected"
	if !changed {
		said = "data.unchanged"
	}
	return c.redirect(ctx, "/data/"+source.Category().ID, said)
}

func (c *dataController) editRowPage(ctx echo.Context, source record.Source, values map[string]string, problems fault.Problems) views.EditRowPage {
	lang := text.Lang(ctx.Request().Context())
	page := views.EditRowPage{
		Shell: c.shell(ctx, "data.rowTitle", "data"), Problems: words(ctx, problems), Action: here(ctx),
		Category: source.Category().Name.In(lang), Back: "/data/" + source.Category().ID,
	}
	for _, f := range correctable(source) {
		page.Fields = append(page.Fields, editField(f, f.ID, values[f.ID], lang))
	}
	return page
}

// editField is a field of a row on a form, under a name there.
func editField(f dictionary.Field, name, value, lang string) views.EditRowField {
	return views.EditRowField{
		Name: name, Label: f.Name.In(lang), Value: value, Max: int(f.Max), Optional: !f.Required, Country: f.Names == dictionary.ByCountry,
	}
}

// valuesOf are what the fields of a row hold, by field.
func valuesOf(source record.Source, row record.Row) map[string]string {
	values := map[string]string{}
	for i, f := range source.Fields() {
		values[f.ID] = string(row.Values[i])
	}
	return values
}
