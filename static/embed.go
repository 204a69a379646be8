// Package static holds the files that a browser fetches as they are: one
// stylesheet, two small scripts and the drawings.
package static

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

// Prefix is where the files are served.
const Prefix = "/static/"

//go:embed *.css *.js *.svg
var files embed.FS

type file struct {
	version string // a short hash of the content
	content []byte
}

// contents are the files by their names.
//
//nolint:gochecknoglobals // read from the program itself, computed once, never written again
var contents = sync.OnceValue(func() map[string]file {
	found := map[string]file{}
	names, err := fs.Glob(files, "*.*")
	if err != nil {
		panic(err) // only a malformed pattern
	}
	for _, name := range names {
		content, err := files.ReadFile(name)
		if err != nil {
			panic(err) // only if the program contradicts itself
		}
		sum := sha256.Sum256(content)
		found[name] = file{base64.RawURLEncoding.EncodeToString(sum[:9]), content}
	}
	return found
})

// Path is the address of a file, with its content's hash, so that a browser
// may keep it for ever and still never see an old one.
func Path(name string) string {
	f, ok := contents()[name]
	if !ok {
		return Prefix + name
	}
	return Prefix + name + "?v=" + f.version
}

// Handler serves the files under Prefix, or under / where a router has taken
// the prefix off. An address that carries the right
// hash may be kept for ever; any other is asked for again each time.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, Prefix), "/")
		f, ok := contents()[name]
		if !ok {
			http.NotFound(w, r)
			return
		}
		caching := "no-cache"
		if r.URL.Query().Get("v") == f.version {
			caching = "public, max-age=31536000, immutable"
		}
		w.Header().Set("Cache-Control", caching)
		w.Header().Set("ETag", `"`+f.version+`"`)
		w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
		w.Header().Set("X-Content-Type-Options", "nosniff")
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(f.content))
	})
}
