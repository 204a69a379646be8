package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/testkit"
)

// made gives somebody a finished copy of their profile, and its address.
func (c *client) made() string {
	c.t.Helper()
	made := c.post("/downloads/new", url.Values{"categories": {"profile"}})
	if made.status != http.StatusSeeOther {
		c.t.Fatalf("asking: %d", made.status)
	}
	testkit.AwaitJobs(c.t, c.DB)
	return made.header.Get("Location")
}

func TestAFileIsHandedOverWholeAndKeptByNobodyOnItsWay(t *testing.T) {
	t.Parallel()
	p := open(t)
	id := p.person("robin@example.com")
	c := p.client().signIn("robin@example.com")
	at := c.made()
	whole := c.get(at + "/file")
	if whole.status != http.StatusOK || !strings.HasPrefix(whole.body, "PK") {
		t.Fatalf("%d", whole.status)
	}
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Content-Type": "application/zip",
		"Content-Disposition": `attachment; filename="data-` + p.clock.Now().UTC().Format(time.DateOnly) + `.zip"`,
		"Content-Encoding":    "", "Accept-Ranges": "bytes",
	} {
		if got := whole.header.Get(name); got != want {
			t.Errorf("%s: %q, not %q", name, got, want)
		}
	}
	// What broke off goes on where it was, if it is the same file. Any other part
	// is answered with the whole, and that is said by the status.
	tag, size := whole.header.Get("ETag"), len(whole.body)
	for name, r := range map[string]struct {
		asked, tag string
		from       int
	}{
		"the rest": {"bytes=10-", "", 10}, "the rest of this file": {"bytes=10-", tag, 10}, "the last byte": {"bytes=" + strconv.Itoa(size-1) + "-", tag, size - 1},
		"the rest of another": {"bytes=10-", `"other"`, 0}, "a part": {"bytes=10-19", "", 0}, "the end": {"bytes=-10", "", 0}, "parts": {"bytes=0-1,5-", "", 0},
		"what is not there": {"bytes=" + strconv.Itoa(size) + "-", "", 0}, "lines": {"lines=10-", "", 0}, "nonsense": {"bytes=--1-", "", 0},
	} {
		h := http.Header{"Range": {r.asked}}
		if r.tag != "" {
			h.Set("If-Range", r.tag)
		}
		got, status, told := c.send(http.MethodGet, at+"/file", nil, h), http.StatusOK, ""
		if r.from > 0 {
			status, told = http.StatusPartialContent, fmt.Sprintf("bytes %d-%d/%d", r.from, size-1, size)
		}
		if got.status != status || got.body != whole.body[r.from:] || got.header.Get("Content-Range") != told {
			t.Errorf("%s: %d, %q, %d bytes of %d", name, got.status, got.header.Get("Content-Range"), len(got.body), size)
		}
	}
	before := p.count("select count(*) from audit_entry where person_id = $1 and action = 'export.downloaded'", id)
	head := c.send(http.MethodHead, at+"/file", nil, nil) // tells of it, and hands nothing over
	if head.status != http.StatusOK || head.body != "" || head.header.Get("Content-Length") != strconv.Itoa(len(whole.body)) ||
		head.header.Get("Content-Disposition") != whole.header.Get("Content-Disposition") {
		t.Errorf("HEAD: %d, %v", head.status, head.header)
	}
	for _, method := range []string{http.MethodPost, http.MethodDelete} { // only GET leads to it
		if got := c.send(method, at+"/file", nil, nil); got.status != http.StatusMethodNotAllowed || strings.HasPrefix(got.body, "PK") {
			t.Errorf("%s: %d", method, got.status)
		}
	}
	if after := p.count("select count(*) from audit_entry where person_id = $1 and action = 'export.downloaded'", id); before != 11 || after != before {
		t.Errorf("%d downloads on record, then %d", before, after)
	}
}

func TestNoOtherPathOrPersonLeadsToAFile(t *testing.T) {
	t.Parallel()
	p := open(t)
	id := p.person("robin@example.com")
	p.person("other@example.com")
	c, other := p.client().signIn("robin@example.com"), p.client().signIn("other@example.com")
	at := c.made()
	theirs := other.made()
	for _, path := range []string{
		theirs + "/file", theirs, theirs + "/progress", "/downloads/" + uuid.NewString() + "/file", "/downloads/" + uuid.Nil.String() + "/file",
		"/downloads/%2e%2e/file", "/downloads/..%2fexport/file", "/downloads/" + strings.Repeat("a", 5000) + "/file",
		at + "/file/..%2f..%2f", at + "0/file",
	} {
		if got := c.get(path); got.status != http.StatusNotFound || strings.HasPrefix(got.body, "PK") {
			t.Errorf("%.60s: %d", path, got.status)
		}
	}
	for _, path := range []string{"/downloads/%00/file", at + "%00/file"} { // no text, so no address
		if got := c.get(path); got.status != http.StatusUnprocessableEntity || strings.HasPrefix(got.body, "PK") {
			t.Errorf("%.60s: %d", path, got.status)
		}
	}
	for _, nobody := range []answer{p.client().get(at + "/file"), p.client().get(at)} {
		if nobody.status != http.StatusSeeOther || !strings.HasPrefix(nobody.header.Get("Location"), "/sign-in") {
			t.Errorf("nobody: %d to %s", nobody.status, nobody.header.Get("Location"))
		}
	}
	must(t, p.DB.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		_, err := p.Exports.Drop(ctx, tx, id)
		return err
	}))
	if got := c.get(at + "/file"); got.status != http.StatusGone || !strings.Contains(got.body, "has been deleted") {
		t.Errorf("a file that was dropped: %d", got.status)
	}
	if got := c.get(at); got.status != http.StatusOK || !strings.Contains(got.body, "This copy has been deleted") || strings.Contains(got.body, at+"/file") {
		t.Errorf("its page: %d", got.status)
	}
	_, err := p.DB.Pool.Exec(t.Context(), "delete from export where person_id = $1", id)
	must(t, err)
	for _, path := range []string{at, at + "/file"} {
		if got := c.get(path); got.status != http.StatusNotFound {
			t.Errorf("deleted: %s is %d", path, got.status)
		}
	}
	if _, err := p.Exports.Ask(t.Context(), audit.ByPerson(id), id, []string{"profile"}); err != nil {
		t.Errorf("asking again: %v", err)
	}
}

func TestThePageOfACopyWithGapsNamesThem(t *testing.T) {
	t.Parallel()
	p := open(t)
	id, copied := p.person("robin@example.com"), uuid.New()
	_, err := p.DB.Pool.Exec(t.Context(), `insert into export (person_id, id, asked_at, state, categories, parts, bytes, finished_at, expires_at, blob_key)
		values ($1, $2, $3, 'ready', '{profile,posts}', '[{"category": "profile", "rows": 1}, {"category": "posts", "rows": 7, "missing": true}]', 900, $3, $4, 'x')`,
		id, copied, p.clock.Now(), p.clock.Now().Add(time.Hour))
	must(t, err)
	c := p.client().signIn("robin@example.com")
	page := c.get("/downloads/" + copied.String())
	posts, _ := p.Register.Category("posts")
	for _, words := range []string{"Some of it could not be read", "could not read: " + posts.Name.In("en"), "could not all be read", "Ready, with gaps"} {
		if !strings.Contains(page.body, words) {
			t.Errorf("%q is not on the page", words)
		}
	}
	if list := c.get("/downloads"); !strings.Contains(list.body, "Ready, with gaps") {
		t.Error("in the list it looks complete")
	}
}
