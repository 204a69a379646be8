package fault

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

const (
	longest     = 500      // bytes of one value in a log
	longestCode = 16 << 10 // of a stack or a statement, which the program wrote
	longestRead = 64 << 10 // of what is masked before it is cut
)

// Words are what a log, or a row about a failure, may say of an error: who
// failed at what, and not what others said or sent. An error may quote them, a
// provider's answer or a row that PostgreSQL refused; so kinds of error that do
// lose what they quote, addresses are masked, and the rest is short.
func Words(err error) string {
	said := err.Error()
	each(err, func(e error) {
		if plain := withoutQuotes(e); plain != "" {
			said = strings.ReplaceAll(said, e.Error(), plain)
		}
	})
	return clean(said, longest)
}

// withoutQuotes says an error of a kind that quotes what it was given; empty
// for others.
func withoutQuotes(err error) string {
	switch e := err.(type) { //nolint:errorlint // each goes through the chain
	case interface{ SQLState() string }: // PostgreSQL's, whose words hold values
		return "SQLSTATE " + e.SQLState()
	case *strconv.NumError:
		return e.Func + ": " + e.Err.Error()
	case *time.ParseError:
		return "not a time in the form " + e.Layout
	case *url.Error:
		return e.Op + ": " + Words(e.Err)
	}
	return ""
}

// each gives every error that err is made of.
func each(err error, fn func(error)) {
	if err == nil {
		return
	}
	fn(err)
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range many.Unwrap() {
			each(one, fn)
		}
		return
	}
	each(errors.Unwrap(err), fn)
}

// Redacted is an error that says no more than Words does, wherever it is written.
func Redacted(err error) error {
	if err == nil {
		return nil
	}
	return redacted{err}
}

type redacted struct{ error }

func (r redacted) Error() string { return Words(r.error) }

func (r redacted) Unwrap() error { return r.error }

// apart are signs that end a word.
const apart = " \t\r\n\"'<>()[],;:|/\\"

// mailbox is anything with the sign of an address between two words, as typed
// or as a browser encodes it.
var mailbox = regexp.MustCompile(`(?i)[^\s=` + regexp.QuoteMeta(apart) + `]+(@|%40|＠)[^\s` + regexp.QuoteMeta(apart) + `]+`)

// quoted is a long text that somebody else wrote; what we name ourselves is short.
var quoted = regexp.MustCompile(`"(\\.|[^"\\]){65,}("|$)`)

func clean(said string, most int) string {
	size := len(said)
	if size > longestRead { // between two words: half an address is not known for one
		said = said[:1+strings.LastIndexAny(said[:longestRead], apart)]
	}
	if most == longest && strings.Contains(said, `"`) {
		said = quoted.ReplaceAllString(said, `"…"`)
	}
	if strings.ContainsAny(said, "@＠") || strings.Contains(said, "%40") { // most lines hold none, and are spared the search
		said = mailbox.ReplaceAllString(said, "[address]")
	}
	said = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return ' '
		}
		return r
	}, said)
	if len(said) > most || size > longestRead {
		return strings.ToValidUTF8(said[:min(len(said), most)], "") + fmt.Sprintf("… (%d bytes)", size)
	}
	return said
}

// ForLog puts every value that is logged through Words: the one door to the log.
func ForLog(h slog.Handler) slog.Handler {
	if _, ok := h.(redactingHandler); ok {
		return h
	}
	return redactingHandler{h}
}

type redactingHandler struct{ slog.Handler }

func (h redactingHandler) Handle(ctx context.Context, r slog.Record) error {
	said := slog.NewRecord(r.Time, r.Level, clean(r.Message, longest), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		said.AddAttrs(cleanAttr(a))
		return true
	})
	return h.Handler.Handle(ctx, said)
}

func (h redactingHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	cleaned := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		cleaned[i] = cleanAttr(a)
	}
	return redactingHandler{h.Handler.WithAttrs(cleaned)}
}

func (h redactingHandler) WithGroup(name string) slog.Handler {
	return redactingHandler{h.Handler.WithGroup(name)}
}

func cleanAttr(a slog.Attr) slog.Attr {
	value := a.Value.Resolve()
	switch value.Kind() {
	case slog.KindGroup:
		var group []slog.Attr
		for _, one := range value.Group() {
			group = append(group, cleanAttr(one))
		}
		return slog.Attr{Key: a.Key, Value: slog.GroupValue(group...)}
	case slog.KindString:
		most := longest
		if a.Key == "stack" || a.Key == "trace" || a.Key == "sql" {
			most = longestCode
		}
		return slog.String(a.Key, clean(value.String(), most))
	case slog.KindAny:
		if err, ok := value.Any().(error); ok {
			return slog.String(a.Key, Words(err))
		}
		return slog.String(a.Key, clean(fmt.Sprint(value.Any()), longest))
	default: // numbers, times and truth
		return slog.Attr{Key: a.Key, Value: value}
	}
}
