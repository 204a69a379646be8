package web

import (
	"context"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/limit"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/security"
	"plusultra.link/privacy/views/text"
)

const (
	maxImport    = 64 << 20 // bytes of one request; larger files go through portal import
	maxReported  = 100      // refused rows that an answer names
	importTime   = 5 * time.Minute
	perKeyWindow = time.Minute
	perKeyMax    = 600
)

// recordsController takes in rows from other systems, with an API key.
type recordsController struct{ *server }

// taken is the answer: what became of the rows that were sent.
type taken struct {
	Run      string       `json:"run"`
	Added    int64        `json:"added"`
	Updated  int64        `json:"updated"` // held already, by their row_key, and said something else
	Known    int64        `json:"known"`
	Refused  int64        `json:"refused"`
	Past     int64        `json:"past"`     // of the refused, those whose time is over
	Young    int64        `json:"young"`    // of the refused, those of people too young to agree to them
	Refusals []refusedRow `json:"refusals"` // the first of them
	Warning  string       `json:"warning,omitempty"`
	Error    string       `json:"error,omitempty"` // why it ended before its end; what is counted is held
}

// notWhole is the end of an import in the middle: what it took before is held.
type notWhole struct {
	error
	kept func(why string) any // the answer
}

func (n notWhole) Unwrap() error { return n.error }

type refusedRow struct {
	Line    int64  `json:"line"`
	Field   string `json:"field,omitempty"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

// create takes the rows of one category, as CSV or NDJSON. Rows that are
// refused are named in the answer; the rest is kept.
func (c *recordsController) create(ctx echo.Context) error {
	key := apiKey(ctx)
	category := ctx.Param("category")
	if !key.Allows(category) {
		return fault.New(fault.Forbidden, "record.keyOther")
	}
	format, charset, ok := importFormat(ctx.Request().Header.Get(echo.HeaderContentType))
	if !ok {
		return ctx.JSON(http.StatusUnsupportedMediaType, map[string]string{"error": text.T(c.english(ctx), "record.mediaType")})
	}
	r := ctx.Request()
	packing, ok := packingOf(r)
	if !ok {
		ctx.Response().Header().Set(echo.HeaderAcceptEncoding, "gzip, zstd") // RFC 9110, 15.5.16
		return ctx.JSON(http.StatusUnsupportedMediaType, map[string]string{"error": text.T(c.english(ctx), "record.encoding")})
	}
	answer := taken{Refusals: []refusedRow{}}
	if err := lasting(ctx, importTime); err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(r.Context(), importTime)
	defer cancel()
	result, err := c.Records.Ingest(limited, record.IngestInput{
		Category: category, Source: "key " + key.ID.String(), Format: format, Actor: key.Actor(),
		Reader: http.MaxBytesReader(ctx.Response(), r.Body, maxImport), Packing: packing, Charset: charset, Most: maxImport,
		Refused: func(f record.Refusal) {
			if len(answer.Refusals) < maxReported {
				answer.Refusals = append(answer.Refusals, refusedRow{f.Line, f.Field, string(f.Reason), f.Say(c.english(ctx))})
			}
		},
	})
	answer.Run, answer.Added, answer.Updated, answer.Known, answer.Refused, answer.Past, answer.Young = result.Run.String(), result.Added, result.Updated, result.Known, result.Refused, result.Past, result.Young
	if err != nil {
		return notWhole{err, func(why string) any { answer.Error = why; return answer }}
	}
	if result.Unended {
		answer.Warning = text.T(c.english(ctx), "record.unended")
	}
	return ctx.JSON(http.StatusOK, answer)
}

// packingOf is how a body is compressed (RFC 9110, 8.4); ok is false for a
// coding that is not read.
func packingOf(r *http.Request) (p record.Packing, ok bool) {
	switch strings.ToLower(strings.TrimSpace(r.Header.Get(echo.HeaderContentEncoding))) {
	case "", "identity":
		return record.Plain, true
	case "gzip", "x-gzip":
		return record.Gzip, true
	case "zstd":
		return record.Zstd, true
	}
	return "", false
}

// english is the language of programs.
func (c *recordsController) english(ctx echo.Context) context.Context {
	return c.Catalog.Into(ctx.Request().Context(), text.Fallback)
}

// wrongKeys bounds keys that are made up, from one line and one network block.
// A feed that goes on with a key that is none is told to wait, and why.
var wrongKeys = limit.Bounds{Name: "wrong api key", Line: 100, Block: 400, Window: 15 * time.Minute, Door: security.APIKey} //nolint:gochecknoglobals // a constant in all but name

// findKey finds the API key of a request, and counts its use.
func (s *server) findKey(ctx echo.Context) (record.Key, error) {
	r := ctx.Request()
	ctx.Response().Header().Set(echo.HeaderWWWAuthenticate, "Bearer")
	scheme, token, _ := strings.Cut(r.Header.Get(echo.HeaderAuthorization), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return record.Key{}, fault.New(fault.Unauthenticated, "record.noKey")
	}
	guess, out, err := s.Limits.Guess(r.Context(), wrongKeys, security.Account{}, limit.Source{Addr: s.visit(ctx).IP})
	if err == nil && !out.Allowed {
		err = fault.Busy("record.wrongKeys", out.RetryAfter)
	}
	if err != nil {
		return record.Key{}, err
	}
	key, err := s.Records.KeyByToken(r.Context(), strings.TrimSpace(token))
	if fault.Is(err, fault.Unauthenticated) {
		return key, guess.Wrong(r.Context(), err)
	}
	if err != nil {
		return key, err
	}
	ctx.Response().Header().Del(echo.HeaderWWWAuthenticate)
	out, err = s.Limits.Allow(r.Context(), limit.Rule{Name: "api key", Max: perKeyMax, Window: perKeyWindow}, key.ID.String())
	if err != nil {
		return key, err
	}
	if !out.Allowed {
		return key, fault.Busy("fault.tooMany", out.RetryAfter)
	}
	return key, nil
}

func importFormat(contentType string) (record.Format, record.Charset, bool) {
	kind, params, err := mime.ParseMediaType(contentType)
	charset, ok := record.ParseCharset(params["charset"])
	if err != nil || !ok {
		return "", "", false
	}
	switch kind {
	case "text/csv":
		return record.CSV, charset, true
	case "application/x-ndjson", "application/ndjson", "application/jsonl":
		return record.NDJSON, charset, true
	}
	return "", "", false
}
