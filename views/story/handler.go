package story

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"plusultra.link/privacy/static"
	mailview "plusultra.link/privacy/views/mail"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// policy is the Content-Security-Policy that every page must live under.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; font-src 'self'"

// Handler serves the book. An address may say ?lang=ja, ?theme=dark,
// ?accent=RRGGBB and ?demo=1.
func Handler() (http.Handler, error) {
	catalog, err := text.Load()
	if err != nil {
		return nil, err
	}
	b := &book{catalog: catalog, pages: map[string]Story{}}
	for _, g := range Pages() {
		for _, s := range g.Stories {
			path := g.Path(s)
			if _, twice := b.pages[path]; twice {
				return nil, fmt.Errorf("two stories at %s", path)
			}
			b.pages[path] = s
		}
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+static.Prefix, static.Handler())
	mux.HandleFunc("GET /brand.css", brand)
	mux.HandleFunc("POST /language", again("lang"))
	mux.HandleFunc("POST /theme", again("theme"))
	mux.HandleFunc("GET /{$}", b.contents)
	mux.HandleFunc("GET /letters/{letter}"+AsMail, b.letter)
	mux.HandleFunc("GET /", b.page)
	return mux, nil
}

type book struct {
	catalog *text.Catalog
	pages   map[string]Story
}

func (b *book) contents(w http.ResponseWriter, r *http.Request) {
	ctx := b.context(r)
	send(ctx, w, http.StatusOK, contents(shell(ctx, "", "Storybook"), Pages()))
}

func (b *book) page(w http.ResponseWriter, r *http.Request) {
	ctx := b.context(r)
	s, ok := b.pages[r.URL.Path]
	if !ok {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	send(ctx, w, http.StatusOK, Render(ctx, s))
}

// AsMail is behind the address of a letter: its HTML alone, which brings the
// styles along that no page may have.
const AsMail = "/as-mail"

func (b *book) letter(w http.ResponseWriter, r *http.Request) {
	ctx := b.context(r)
	s, ok := b.pages[strings.TrimSuffix(r.URL.Path, AsMail)]
	if !ok || s.Letter == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	draw(ctx, w, http.StatusOK, mailview.HTML(s.Letter(ctx)))
}

// Render is the whole page of a story.
func Render(ctx context.Context, s Story) templ.Component {
	switch {
	case s.Page != nil:
		return s.Page(ctx)
	case s.Letter != nil:
		return part(shell(ctx, "", s.Name), letterText(mailview.Text(s.Letter(ctx)), "/letters/"+slug(s.Name)+AsMail+"?lang="+text.Lang(ctx)))
	case s.StaffPart:
		return staffPart(staff(ctx, "", s.Name), s.Part(ctx))
	}
	return part(shell(ctx, "", s.Name), s.Part(ctx))
}

func (b *book) context(r *http.Request) context.Context {
	query := r.URL.Query()
	s := settings{theme: query.Get("theme"), path: r.URL.RequestURI(), demo: query.Get("demo") != ""}
	if accent := query.Get("accent"); accent != "" {
		s.styleURL = "/brand.css?" + url.Values{"accent": {accent}}.Encode()
	}
	ctx := context.WithValue(r.Context(), settingsKey{}, s)
	return Into(ctx, b.catalog, b.catalog.Match(query.Get("lang"), r.Header.Get("Accept-Language")))
}

// send draws a page under the policy that all live under.
func send(ctx context.Context, w http.ResponseWriter, status int, page templ.Component) {
	w.Header().Set("Content-Security-Policy", policy)
	draw(ctx, w, status, page)
}

// draw draws the whole page before the first byte goes out.
func draw(ctx context.Context, w http.ResponseWriter, status int, page templ.Component) {
	var drawn bytes.Buffer
	if err := page.Render(ctx, &drawn); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = drawn.WriteTo(w) // the reader has gone
}

func brand(w http.ResponseWriter, r *http.Request) {
	css, err := ui.BrandCSS("#" + r.URL.Query().Get("accent"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write([]byte(css))
}

// again does in the book what the portal does with a cookie: it comes back to
// the same page with a choice made.
func again(choice string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		back, err := url.Parse(r.PostFormValue("return"))
		if err != nil || back.Host != "" || !strings.HasPrefix(back.Path, "/") || strings.HasPrefix(back.Path, "//") {
			back = &url.URL{Path: "/"}
		}
		query := back.Query()
		query.Set(choice, r.PostFormValue(choice))
		to := url.URL{Path: back.Path, RawQuery: query.Encode()}
		http.Redirect(w, r, to.String(), http.StatusSeeOther)
	}
}
