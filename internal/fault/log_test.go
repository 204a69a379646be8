package fault_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"plusultra.link/privacy/internal/fault"
)

func TestALogSaysNoAddressNothingLongAndNothingThatAnErrorQuotes(t *testing.T) {
	t.Parallel()
	_, number := strconv.Atoi("robin-of-12")
	_, moment := time.Parse(time.DateOnly, "robin-of-12")
	for name, err := range map[string]error{
		"an address":              errors.New("550 <robin@example.com> unknown"),
		"an encoded address":      errors.New("GET /x?email=robin%40example.com"),
		"a wide address":          errors.New("robin＠example.com"),
		"an address at the cut":   errors.New(strings.Repeat("x ", 245) + "robin@example.com and more " + strings.Repeat("y", 900_000)),
		"an address after many":   errors.New(strings.Repeat("other@example.com ", 60) + "robin@example.com"),
		"one at the far cut":      errors.New(strings.Repeat("o", 65_505) + "@example.com aaaaaaaaaaaa robin-the-longest-of-all-names@example.com " + strings.Repeat("y ", 9000)),
		"a long quotation":        fmt.Errorf("expected %q got %q", "portal", strings.Repeat("robin ", 20)),
		"a row":                   fmt.Errorf("writing: %w", &pgconn.PgError{Code: "22P02", Message: `invalid input: "robin"`, Detail: "Key (email)=(robin)"}),
		"a number":                errors.Join(errors.New("first"), fmt.Errorf("reading: %w", number)),
		"a time":                  fault.Wrap(moment, fault.Invalid, "fault.invalid"),
		"an address of the net":   &url.Error{Op: "Get", URL: "https://example.com/?who=robin", Err: errors.New("refused")},
		"lines and colours of it": errors.New("a\x1b[31m robin@example.com\x00"),
	} {
		var out bytes.Buffer
		slog.New(fault.ForLog(slog.NewTextHandler(&out, nil))).With("from", err.Error()[:min(9, len(err.Error()))]).WithGroup("g").Error("failed", "cause", err, slog.Group("in", "cause", err), "text", "robin@example.com")
		said := out.String()
		if strings.Contains(said, "robin") || len(said) > 2500 || strings.Contains(said, "\\x1b") {
			t.Errorf("%s: %d bytes: %.600s", name, len(said), said)
		}
		if got := fault.Redacted(err); !errors.Is(got, err) || strings.Contains(got.Error(), "robin") {
			t.Errorf("%s, quiet: %.600s", name, got)
		}
	}
	if got := fault.Words(errors.New(`no column "full_name" in "profile"`)); got != `no column "full_name" in "profile"` {
		t.Errorf("what we name ourselves is lost: %s", got)
	}
	if fault.Redacted(nil) != nil {
		t.Error("nothing became an error")
	}
}
