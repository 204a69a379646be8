package web_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"plusultra.link/privacy/internal/audit"
)

func TestRowsComePackedByGzipOrAsTheyAreAndInNoOtherWay(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	token, _, err := p.Records.CreateKey(t.Context(), audit.BySystem("test"), "gateway", []string{"connection-log"})
	must(t, err)
	rows := "person,started_at,network,bytes,seconds\nrobin@example.com,2025-12-01T00:00:00Z,203.0.113.0/24,7777,2\n"
	pack := func(s string) string {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, err := z.Write([]byte(s))
		must(t, err)
		must(t, z.Close())
		return b.String()
	}
	unended := strings.TrimSuffix(rows, "\n")
	for name, tc := range map[string]struct {
		body, encoding, media string
		status                int
		says                  string
	}{
		"as they are":                 {rows, "", "text/csv", 200, `"refused":0`},
		"packed":                      {pack(rows), "gzip", "text/csv", 200, `"refused":0`},
		"packed, and said otherwise":  {pack(rows), "x-gzip", "text/csv; charset=utf-8", 200, `"refused":0`},
		"packed and not said so":      {pack(rows), "", "text/csv", 422, "header"},
		"said to be packed and not":   {rows, "gzip", "text/csv", 422, "can’t be decompressed"},
		"packed and cut off":          {pack(rows)[:40], "gzip", "text/csv", 422, "can’t be decompressed"},
		"packed with zstd":            {string(zstdOf(t, rows)), "zstd", "text/csv", 200, `"refused":0`},
		"zstd that is none":           {rows, "zstd", "text/csv", 422, "can’t be decompressed"},
		"zstd that is cut off":        {string(zstdOf(t, rows)[:30]), "zstd", "text/csv", 422, "can’t be decompressed"},
		"in a charset that is read":   {rows, "", "text/csv; charset=Shift_JIS", 200, `"refused":0`},
		"in one that is not":          {rows, "", "text/csv; charset=koi8-r", 415, "text/csv"},
		"packed in another way":       {rows, "br", "text/csv", 415, "gzip"},
		"of a type that nobody knows": {rows, "", "application/json", 415, "text/csv"},
		"cut off within a value":      {unended, "", "text/csv", 200, "ends without a line break"},
		"the same, packed":            {pack(unended), "gzip", "text/csv", 200, "ends without a line break"},
		"a value that is none":        {strings.Replace(rows, "7777", "many", 1), "", "text/csv", 200, "must be a whole number of bytes"},
	} {
		header := http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {tc.media}}
		if tc.encoding != "" {
			header.Set("Content-Encoding", tc.encoding)
		}
		got := p.client().send(http.MethodPost, "/api/v1/records/connection-log", strings.NewReader(tc.body), header)
		if got.status != tc.status || !strings.Contains(got.body, tc.says) || !json.Valid([]byte(got.body)) {
			t.Errorf("%s: %d %s; want %d and %s", name, got.status, got.body, tc.status, tc.says)
		}
		if accepts := got.header.Get("Accept-Encoding"); (accepts == "gzip, zstd") != (tc.encoding == "br") {
			t.Errorf("%s: it says that it takes %q", name, accepts)
		}
	}
	if n := p.count(`select count(*) from connection_log`); n != 1 {
		t.Errorf("%d rows are held", n)
	}
}

func zstdOf(t *testing.T, s string) []byte {
	t.Helper()
	z, err := zstd.NewWriter(nil)
	must(t, err)
	return z.EncodeAll([]byte(s), nil)
}

func TestAnImportThatEndsInTheMiddleSaysHowManyRowsAreHeld(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	token, _, err := p.Records.CreateKey(t.Context(), audit.BySystem("test"), "gateway", []string{"connection-log"})
	must(t, err)
	var rows strings.Builder
	rows.WriteString("person,started_at,network,bytes,seconds\n")
	for i := range 30_000 {
		fmt.Fprintf(&rows, "robin@example.com,2025-12-01T00:00:00Z,203.0.113.0/24,%d,2\n", i)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err = z.Write([]byte(rows.String()))
	must(t, err)
	must(t, z.Close())
	header := http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {"text/csv"}, "Content-Encoding": {"gzip"}}
	got := p.client().send(http.MethodPost, "/api/v1/records/connection-log", bytes.NewReader(packed.Bytes()[:packed.Len()-100]), header)
	var answer struct {
		Error string
		Added int
	}
	must(t, json.Unmarshal([]byte(got.body), &answer))
	if held := p.count(`select count(*) from connection_log`); got.status != 422 || answer.Added != held || held < 10_000 || answer.Error == "" {
		t.Errorf("%d rows are held: %d %s", held, got.status, got.body)
	}
}
