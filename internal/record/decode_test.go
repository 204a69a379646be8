package record_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/record"
)

func encoded(t *testing.T, e encoding.Encoding, s string) string {
	t.Helper()
	out, err := e.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAFileIsReadHoweverAProgramWroteIt(t *testing.T) {
	t.Parallel()
	const plain = "person,started_at,network,place,bytes,seconds\nmara@example.com,2025-03-01T00:00:00Z,203.0.113.0/24,東京,1,1\n"
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write([]byte(plain)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	squeezer, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	semicolons := strings.ReplaceAll(plain, ",", ";")
	for name, file := range map[string]string{
		"plain":                     plain,
		"with semicolons":           semicolons,
		"with tabs":                 strings.ReplaceAll(plain, ",", "\t"),
		"as Excel says it":          "sep=;\r\n" + strings.ReplaceAll(semicolons, "\n", "\r\n"),
		"with a mark":               "\xef\xbb\xbf" + plain,
		"a quoted header":           strings.Replace(semicolons, "person;", "\"person\";", 1),
		"UTF-16, little end first":  encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), plain),
		"UTF-16, big end first":     encoded(t, unicode.UTF16(unicode.BigEndian, unicode.UseBOM), plain),
		"the Japanese of Windows":   encoded(t, japanese.ShiftJIS, plain),
		"gzip":                      zipped.String(),
		"zstd":                      string(squeezer.EncodeAll([]byte(plain), nil)),
		"what a spreadsheet leaves": strings.ReplaceAll(plain, "\n", ",,\n") + ",,,,,,,\n,,,\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.person(t, "mara@example.com")
			r, err := b.Ingest(t.Context(), record.IngestInput{
				Category: "connection-log", Source: "test", Reader: strings.NewReader(file), Format: record.CSV, Packing: record.Recognised, Actor: audit.BySystem("test"),
				Refused: func(r record.Refusal) { t.Errorf("line %d: %s %s", r.Line, r.Field, r.Reason) },
			})
			if err != nil || r.Added != 1 {
				t.Errorf("%+v, %v", r, err)
			}
			if n := b.number(t, "select count(*) from connection_log where place = '東京' and bytes = 1"); n != 1 {
				t.Errorf("%d rows", n)
			}
		})
	}
}

func TestTextThatCanNotBeReadIsRefusedByItsRowAndNotTakenForSomethingElse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.person(t, "mara@example.com")
	good := encoded(t, japanese.ShiftJIS, "mara@example.com,2025-03-01T00:00:00Z,203.0.113.0/24,東京,1,1\n")
	bad := "mara@example.com,2025-03-02T00:00:00Z,203.0.113.0/24,\x82,1,1\n"
	var refused []string
	in := record.IngestInput{
		Category: "connection-log", Source: "test", Reader: strings.NewReader(logHeader + good + bad), Format: record.CSV, Charset: record.CP932, Actor: audit.BySystem("test"),
		Refused: func(r record.Refusal) { refused = append(refused, r.Field+" "+string(r.Reason)) },
	}
	if r, err := b.Ingest(t.Context(), in); err != nil || r.Added != 1 || len(refused) != 1 || !strings.Contains(refused[0], "text") {
		t.Errorf("%+v, %v, %v", r, refused, err)
	}
	in.Reader, in.Most = strings.NewReader(strings.Repeat("x", 5000)), 4000
	if _, err := b.Ingest(t.Context(), in); !fault.Is(err, fault.TooLarge) {
		t.Errorf("too much: %v", err)
	}
}
