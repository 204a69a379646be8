package standin

import (
	"bytes"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

type providerPage struct {
	Title   string
	Name    string
	Client  string
	Request string
	Users   []User
	User    User
	Asked   []string
}

func (p *Provider) showPeople(w http.ResponseWriter, r *http.Request) {
	asked, ok := p.asked(w, r)
	if !ok {
		return
	}
	p.mu.Lock()
	users := slices.Clone(p.users)
	p.mu.Unlock()
	p.show(w, r, p.pages["choose"], asked, providerPage{Title: "Choose an account", Users: users})
}

func (p *Provider) choosePerson(w http.ResponseWriter, r *http.Request) {
	asked, ok := p.asked(w, r)
	if !ok {
		return
	}
	user, err := p.user(r.PostFormValue("subject"))
	if err == nil {
		err = p.change(asked.id, func(a *authRequest) { a.subject = user.Subject })
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	http.Redirect(w, r, "/consent?id="+url.QueryEscape(asked.id), http.StatusSeeOther)
}

func (p *Provider) showConsent(w http.ResponseWriter, r *http.Request) {
	asked, ok := p.asked(w, r)
	if !ok {
		return
	}
	user, err := p.user(asked.subject)
	if err != nil {
		http.Redirect(w, r, "/sign-in?id="+url.QueryEscape(asked.id), http.StatusSeeOther)
		return
	}
	p.show(w, r, p.pages["consent"], asked, providerPage{Title: "Share your data?", User: user, Asked: inWords(asked.Scopes)})
}

func (p *Provider) decide(w http.ResponseWriter, r *http.Request) {
	asked, ok := p.asked(w, r)
	if !ok {
		return
	}
	switch decision := r.PostFormValue("decision"); {
	case asked.subject == "":
		http.Error(w, "choose an account first", http.StatusBadRequest)
	case decision == "allow":
		err := p.change(asked.id, func(a *authRequest) { a.done, a.at = true, p.config.Now() })
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		http.Redirect(w, r, client{p}.LoginURL(asked.id), http.StatusSeeOther)
	case decision == "refuse":
		denied := oidc.ErrAccessDenied().WithDescription("the person refused")
		op.AuthRequestError(w, r, asked, denied, p.op)
	default:
		http.Error(w, "decide by a button of the page", http.StatusBadRequest)
	}
}

// asked is the request that the browser was sent here with; without one the
// answer is written already.
func (p *Provider) asked(w http.ResponseWriter, r *http.Request) (*authRequest, bool) {
	id := r.FormValue("id")
	asked, err := p.request(func(a *authRequest) bool { return a.id == id })
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return nil, false
	}
	return asked, true
}

func (p *Provider) show(w http.ResponseWriter, r *http.Request, page *template.Template, asked *authRequest, data providerPage) {
	data.Name, data.Client, data.Request = p.config.Name, asked.ClientID, asked.id
	// The form's answer is a redirect to the client, which browsers hold
	// against form-action too.
	back := ""
	if u, err := url.Parse(asked.RedirectURI); err == nil && u.Host != "" {
		back = " " + u.Scheme + "://" + u.Host
	}
	render(w, r, page, "form-action 'self'"+back, data)
}

// render shows a page under a policy that allows nothing inline.
func render(w http.ResponseWriter, r *http.Request, page *template.Template, policy string, data any) {
	var body bytes.Buffer
	if err := page.ExecuteTemplate(&body, "layout", data); err != nil {
		slog.ErrorContext(r.Context(), "stand-in page", "error", err)
		http.Error(w, "this page could not be drawn", http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "+policy)
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	_, _ = body.WriteTo(w) // a browser that has gone needs no answer
}

// inWords says what each scope gives away.
func inWords(scopes []string) []string {
	words := map[string]string{
		oidc.ScopeOpenID:        "who you are here",
		oidc.ScopeEmail:         "your e-mail address",
		oidc.ScopeProfile:       "your name, picture and language",
		oidc.ScopeOfflineAccess: "access until you revoke it",
	}
	var said []string
	for _, scope := range scopes {
		if word, ok := words[scope]; ok {
			said = append(said, word)
		} else {
			said = append(said, strings.ReplaceAll(scope, "_", " "))
		}
	}
	return said
}
