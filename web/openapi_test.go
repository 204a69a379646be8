package web_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/limit"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/web"
)

// openAPI is the document, read as a program would.
type openAPI struct {
	t        *testing.T
	document map[string]any
	schemas  *jsonschema.Compiler
}

func readOpenAPI(t *testing.T, source []byte) *openAPI {
	t.Helper()
	var parsed any
	must(t, yaml.Unmarshal(source, &parsed))
	plain, err := json.Marshal(parsed)
	must(t, err)
	d := &openAPI{t: t, schemas: jsonschema.NewCompiler()}
	must(t, json.Unmarshal(plain, &d.document))
	resource, err := jsonschema.UnmarshalJSON(bytes.NewReader(plain))
	must(t, err)
	d.schemas.AssertFormat()
	must(t, d.schemas.AddResource("https://api.example.com/openapi", resource))
	return d
}

// at walks down the document, through references.
func (d *openAPI) at(from any, path ...string) any {
	for _, step := range path {
		from = d.deref(from)
		m, ok := from.(map[string]any)
		if !ok {
			return nil
		}
		from = m[step]
	}
	return d.deref(from)
}

func (d *openAPI) deref(from any) any {
	if m, ok := from.(map[string]any); ok {
		if ref, ok := m["$ref"].(string); ok {
			return d.at(d.document, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
		}
	}
	return from
}

// holds tells what is wrong with a value, by the schema at the end of a path.
func (d *openAPI) holds(value any, pointer ...string) error {
	for i, step := range pointer { // through references, which a pointer does not follow
		if m, ok := d.at(d.document, pointer[:i]...).(map[string]any); ok {
			if inner, ok := m[step].(map[string]any); ok {
				if ref, ok := inner["$ref"].(string); ok {
					return d.holds(value, append(strings.Split(strings.TrimPrefix(ref, "#/"), "/"), pointer[i+1:]...)...)
				}
			}
		}
	}
	escape := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D")
	var at strings.Builder
	for _, step := range pointer {
		at.WriteString("/" + escape.Replace(step))
	}
	schema, err := d.schemas.Compile("https://api.example.com/openapi#" + at.String())
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// operations are all of the document, by method and path.
func (d *openAPI) operations() map[string]map[string]any {
	out := map[string]map[string]any{}
	for path, item := range d.at(d.document, "paths").(map[string]any) { //nolint:forcetypeassert // or the test fails here
		for method, op := range item.(map[string]any) { //nolint:forcetypeassert // as above
			out[strings.ToUpper(method)+" "+path] = op.(map[string]any) //nolint:forcetypeassert // as above
		}
	}
	return out
}

// parameters are an operation's, in one place.
func (d *openAPI) parameters(op map[string]any, in string) (names []string) {
	list, _ := op["parameters"].([]any)
	for _, p := range list {
		if d.at(p, "in") == in {
			names = append(names, d.at(p, "name").(string)) //nolint:forcetypeassert // or the test fails here
		}
	}
	slices.Sort(names)
	return names
}

func TestTheOpenAPIDocumentHasEveryRouteItsParametersItsKeysAndNoOther(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("openapi.yaml")
	must(t, err)
	d := readOpenAPI(t, source)
	operations := d.operations()
	for _, route := range web.Routes() {
		if !strings.HasPrefix(route.Path, "/api/") {
			continue
		}
		path := regexp.MustCompile(`:(\w+)`).ReplaceAllString(route.Path, "{$1}")
		op, ok := operations[route.Method+" "+path]
		if !ok {
			t.Errorf("nobody reads of %s %s", route.Method, route.Path)
			continue
		}
		delete(operations, route.Method+" "+path)
		var inPath []string
		for _, m := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(path, -1) {
			inPath = append(inPath, m[1])
		}
		if got := d.parameters(op, "path"); !slices.Equal(got, inPath) {
			t.Errorf("%s: in the path %v", path, got)
		}
		query := slices.Sorted(slices.Values(route.Query))
		if got := d.parameters(op, "query"); !slices.Equal(got, query) {
			t.Errorf("%s is asked with %v and says %v", path, query, got)
		}
		security, named := op["security"].([]any)
		switch {
		case route.Guard == "programs" && (!named || len(security) > 0):
			t.Errorf("%s needs no key", path)
		case route.Guard != "programs" && named && fmt.Sprint(security) != fmt.Sprintf("[map[key:[%s]]]", route.Scope):
			t.Errorf("%s needs a key for %q and says %v", path, route.Scope, security)
		case route.Scope != "" && !named:
			t.Errorf("%s does not say that its key is for %q", path, route.Scope)
		}
	}
	for left := range operations {
		t.Errorf("there is no %s", left)
	}
	for schema, want := range map[string][]string{
		"Answer/properties/why":     constants(t, "../internal/consent", "Why"),
		"Change/properties/channel": constants(t, "../internal/consent", "Channel"),
		"Topic/properties/kind":     constants(t, "../internal/register", "TopicKind"),
	} {
		said := d.at(d.document, append([]string{"components", "schemas"}, append(strings.Split(schema, "/"), "enum")...)...)
		var have []string
		for _, v := range said.([]any) { //nolint:forcetypeassert // or the test fails here
			have = append(have, fmt.Sprint(v))
		}
		slices.Sort(have)
		slices.Sort(want)
		if !slices.Equal(have, want) {
			t.Errorf("%s: %v, want %v", schema, have, want)
		}
	}
}

// constants are the words of a type in the source of a room.
func constants(t *testing.T, room, typ string) (words []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(room, "*.go"))
	must(t, err)
	for _, path := range files {
		source, err := os.ReadFile(path)
		must(t, err)
		for _, m := range regexp.MustCompile(`(?m)^\s*(?:const )?\w+ +`+typ+` += "([^"]+)"`).FindAllStringSubmatch(string(source), -1) {
			words = append(words, m[1])
		}
	}
	return words
}

// call is one request to the API and the status that it gets.
type call struct {
	op     string // method and path of the document
	status int
	path   string // else the operation's
	body   string
	media  string // else JSON
	key    string // else one for everything
}

func TestTheRunningAPIAnswersWithWhatTheOpenAPIDocumentSaysAndWithNothingElse(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	for _, given := range []bool{true, false} {
		_, err := p.Consents.Set(t.Context(), consent.Choice{Actor: audit.ByPerson(robin), Person: robin, Channel: consent.Preferences, Lang: "en"}, map[string]bool{"promotions": given})
		must(t, err)
	}
	key := func(name string, scopes ...record.Scope) (string, record.Key) {
		token, k, err := p.Records.CreateKey(t.Context(), audit.BySystem("test"), name, []string{"connection-log"}, scopes...)
		must(t, err)
		return token, k
	}
	all, _ := key("everything", record.KeyScopes()...)
	none, _ := key("rows alone")
	busy, k := key("busy", record.KeyScopes()...)
	for range 601 {
		_, err := p.Limits.Allow(t.Context(), limit.Rule{Name: "api key", Max: 600, Window: web.PerKeyWindow}, k.ID.String())
		must(t, err)
	}
	d := readOpenAPI(t, []byte(p.client().get("/api/v1/openapi.yaml").body))

	const rows = "person,started_at,network,bytes,seconds\nrobin@example.com,2025-12-01T00:00:00Z,203.0.113.0/24,7777,2\n"
	const row = `{"person": "robin@example.com", "started_at": "2025-12-01T00:00:00Z", "network": "203.0.113.0/24", "bytes": 7777, "seconds": 2}` + "\n"
	large := strings.Repeat("x", 2<<20)
	calls := []call{
		{op: "GET /api/v1/openapi.yaml", status: 200},
		{op: "GET /api/v1/topics", status: 200},
		{op: "GET /api/v1/topics", status: 422, path: "/api/v1/topics?lang=en"},
		{op: "POST /api/v1/ask", status: 200, body: `{"topic": "promotions", "person": "robin@example.com"}`},
		{op: "POST /api/v1/ask", status: 200, body: `{"topic": "promotions", "person": "nobody@example.com"}`},
		{op: "POST /api/v1/ask", status: 200, body: `{"topic": "sensitive", "person": "` + robin.String() + `"}`},
		{op: "POST /api/v1/ask", status: 422, body: `{"topic": "weather", "person": "robin@example.com"}`},
		{op: "POST /api/v1/ask", status: 422, body: `["promotions"]`},
		{op: "POST /api/v1/ask", status: 413, body: `{"topic": "` + large + `"}`},
		{op: "POST /api/v1/ask/many", status: 200, body: `{"topic": "promotions", "people": ["robin@example.com", "?"]}`},
		{op: "POST /api/v1/ask/many", status: 422, body: `{"topic": "promotions", "people": []}`},
		{op: "POST /api/v1/ask/many", status: 413, body: `{"topic": "` + large + `"}`},
		{op: "GET /api/v1/changes", status: 200},
		{op: "GET /api/v1/changes", status: 200, path: "/api/v1/changes?after=&limit=1"},
		{op: "GET /api/v1/changes", status: 422, path: "/api/v1/changes?limit=0"},
		{op: "GET /api/v1/changes", status: 422, path: "/api/v1/changes?after=soon"},
		{op: "GET /api/v1/changes", status: 422, path: "/api/v1/changes?since=yesterday"},
		{op: "GET /api/v1/changes", status: 409, path: "/api/v1/changes?after=99.00000000"},
		{op: "POST /api/v1/links", status: 200, body: `{"topic": "promotions", "people": ["robin@example.com", "nobody@example.com", "?"]}`},
		{op: "POST /api/v1/links", status: 422, body: `{"topic": "security-notices", "people": ["robin@example.com"]}`},
		{op: "POST /api/v1/links", status: 413, body: `{"topic": "` + large + `"}`},
		{op: "POST /api/v1/suppressions", status: 200, body: "address,topic\nlisted@example.com,promotions\nlisted\nlisted,promotions\n", media: "text/csv"},
		{op: "POST /api/v1/suppressions", status: 422, body: "mailbox\nlisted@example.com\n", media: "text/csv"},
		{op: "POST /api/v1/suppressions", status: 415, body: `["listed@example.com"]`},
		{op: "POST /api/v1/suppressions", status: 413, body: "address\n" + strings.Repeat("listed@example.com\n", 65<<20/19), media: "text/csv"},
		{op: "GET /api/v1/suppressions", status: 200},
		{op: "GET /api/v1/suppressions", status: 422, path: "/api/v1/suppressions?topic=promotions"},
		{op: "POST /api/v1/records/{category}", status: 200, body: rows, media: "text/csv"},
		{op: "POST /api/v1/records/{category}", status: 200, body: rows + "robin@example.com,never\n", media: "text/csv"},
		{op: "POST /api/v1/records/{category}", status: 200, body: row, media: "application/x-ndjson"},
		{op: "POST /api/v1/records/{category}", status: 200, body: row, media: "application/ndjson"},
		{op: "POST /api/v1/records/{category}", status: 200, body: row, media: "application/jsonl"},
		{op: "POST /api/v1/records/{category}", status: 422, body: "", media: "text/csv"},
		{op: "POST /api/v1/records/{category}", status: 422, body: rows, media: "text/csv", path: "/api/v1/records/connection-log?dry=1"},
		{op: "POST /api/v1/records/{category}", status: 413, body: rows + strings.Repeat(rows, 65<<20/len(rows)), media: "text/csv"},
		{op: "POST /api/v1/records/{category}", status: 415, body: rows},
		{op: "POST /api/v1/records/{category}", status: 403, body: rows, media: "text/csv", path: "/api/v1/records/orders"},
	}
	for name, op := range d.operations() {
		if security, named := op["security"].([]any); named && len(security) == 0 {
			continue
		} else if named {
			calls = append(calls, call{op: name, status: 403, key: none})
		}
		calls = append(calls, call{op: name, status: 401, key: "nobody's"}, call{op: name, status: 429, key: busy})
	}
	seen := map[string]bool{}
	for _, c := range calls {
		if c.key == "" {
			c.key = all
		}
		seen[c.op+" "+strconv.Itoa(c.status)] = true
		d.try(p, c)
	}
	for name, op := range d.operations() {
		for status := range maps.Keys(op["responses"].(map[string]any)) { //nolint:forcetypeassert // or the test fails here
			if status != "default" && !seen[name+" "+status] {
				t.Errorf("nobody has seen %s answer %s", name, status)
			}
		}
	}
}

// try sends a request, which must hold what is said of it if it is answered well,
// and holds the answer to what is said of that.
func (d *openAPI) try(p *portal, c call) {
	d.t.Helper()
	method, path, _ := strings.Cut(c.op, " ")
	op := []string{"paths", path, strings.ToLower(method)}
	if c.media == "" {
		c.media = "application/json"
	}
	if c.status == http.StatusOK && method == http.MethodPost {
		body := any(c.body)
		if c.media == "application/json" {
			must(d.t, json.Unmarshal([]byte(c.body), &body))
		}
		if err := d.holds(body, append(slices.Clone(op), "requestBody", "content", c.media, "schema")...); err != nil {
			d.t.Errorf("%s is sent %.200s: %v", c.op, c.body, err)
		}
	}
	if c.path == "" {
		c.path = strings.ReplaceAll(path, "{category}", "connection-log")
	}
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader(c.body)
	}
	got := p.client().send(method, c.path, body, http.Header{"Authorization": {"Bearer " + c.key}, "Content-Type": {c.media}})
	status := strconv.Itoa(got.status)
	if got.status != c.status || d.at(d.document, append(slices.Clone(op), "responses", status)...) == nil {
		d.t.Errorf("%s with %.60s: %d %.300s; want %d", c.op, c.body, got.status, got.body, c.status)
		return
	}
	media, _, _ := strings.Cut(got.header.Get("Content-Type"), ";")
	said := append(slices.Clone(op), "responses", status)
	if d.at(d.document, append(slices.Clone(said), "content", media)...) == nil {
		d.t.Errorf("%s answers %d as %s", c.op, got.status, media)
		return
	}
	headers, _ := d.at(d.document, append(slices.Clone(said), "headers")...).(map[string]any)
	for name := range headers {
		if got.header.Get(name) == "" {
			d.t.Errorf("%s answers %d without %s", c.op, got.status, name)
		}
	}
	if media != "application/json" {
		return
	}
	answer, err := jsonschema.UnmarshalJSON(strings.NewReader(got.body))
	must(d.t, err)
	if err := d.holds(answer, append(said, "content", media, "schema")...); err != nil {
		d.t.Errorf("%s answers %d with %.500s: %v", c.op, got.status, got.body, err)
	}
}
