package web

import (
	"context"
	"mime"
	"net/http"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/views/text"
)

// suppressionsController hands the list of addresses that get no mail to other
// systems, and takes in theirs.
type suppressionsController struct{ *server }

// index is the whole list.
func (c *suppressionsController) index(ctx echo.Context) error {
	if err := lasting(ctx, importTime); err != nil {
		return err
	}
	r, w := ctx.Request(), ctx.Response()
	w.Header().Set(echo.HeaderContentType, "text/csv; charset=utf-8")
	if r.Method == http.MethodHead {
		return ctx.NoContent(http.StatusOK)
	}
	_, err := c.Consents.ExportSuppressions(r.Context(), apiKey(ctx).Actor(), w)
	if err != nil && w.Committed { // half a list may not look like a whole one
		c.Log.ErrorContext(r.Context(), "a list was cut off", "cause", err)
		panic(http.ErrAbortHandler)
	}
	return err
}

type listedJSON struct {
	Added    int64             `json:"added"`
	Known    int64             `json:"known"`
	Refused  int64             `json:"refused"`
	Refusals []listRefusalJSON `json:"refusals"`        // the first of them
	Error    string            `json:"error,omitempty"` // why it ended before its end; what is counted is on the list
}

type listRefusalJSON struct {
	Line    int    `json:"line"`
	Message string `json:"message"`
}

// create adds to the list.
func (c *suppressionsController) create(ctx echo.Context) error {
	r := ctx.Request()
	words := c.Catalog.Into(r.Context(), text.Fallback)
	if kind, _, err := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType)); err != nil || kind != "text/csv" {
		return ctx.JSON(http.StatusUnsupportedMediaType, apiError{Error: text.T(words, "consent.listMedia")})
	}
	if err := lasting(ctx, importTime); err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(r.Context(), importTime)
	defer cancel()
	answer := listedJSON{Refusals: []listRefusalJSON{}}
	done, err := c.Consents.ImportSuppressions(limited, apiKey(ctx).Actor(), http.MaxBytesReader(ctx.Response(), r.Body, maxImport), func(f consent.ListRefusal) {
		if len(answer.Refusals) < maxReported {
			answer.Refusals = append(answer.Refusals, listRefusalJSON{f.Line, text.T(words, f.Key)})
		}
	})
	answer.Added, answer.Known, answer.Refused = done.Added, done.Known, done.Refused
	if err != nil {
		return notWhole{err, func(why string) any { answer.Error = why; return answer }}
	}
	return ctx.JSON(http.StatusOK, answer)
}
