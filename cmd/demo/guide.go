package main

import (
	_ "embed"
	"html/template"
	"net/http"
)

// guidePath is where the demo says whom one can sign in as, beside the mailbox.
const guidePath = "/people"

//go:embed guide.html
var guideSource string

// guide is what the terminal says at the start, for whoever has only the
// browser. Development only, like everything beside the portal itself.
func (c *demo) guide() http.Handler {
	page := template.Must(template.New("guide").Parse(guideSource))
	facts := struct {
		People                                             []somebody
		Portal, Password, Officer, Code, Mailbox, Provider string
	}{
		People: cast(), Portal: "http://" + c.Listen, Password: password, Officer: officerAddress,
		Code: "/code", Mailbox: "/", Provider: "http://" + c.Provider,
	}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
		_ = page.Execute(w, facts) // the reader has gone
	})
}
