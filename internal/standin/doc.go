// Package standin holds the services that play along in the demo and in
// tests: an OpenID provider that stands in for Google, and a mailbox that
// stands in for everybody's mail.
//
// They speak the real protocols over real sockets, so that the portal runs its
// real code against them, and they can be told to misbehave. They listen on
// the loopback interface only and are marked as what they are on every page.
package standin

import (
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"time"
)

//go:embed pages
var pages embed.FS

// headerTimeout is how long a browser may take to send its request's header.
const headerTimeout = 10 * time.Second

// listen opens addr, which must be on the loopback interface; empty is any
// free port of 127.0.0.1.
func listen(addr string) (net.Listener, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	tcp, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("stand-in address: %w", err)
	}
	if tcp.IP == nil || !tcp.IP.IsLoopback() {
		return nil, fmt.Errorf("a stand-in listens on the loopback interface only, not on %s", addr)
	}
	listener, err := net.ListenTCP("tcp", tcp)
	if err != nil {
		return nil, fmt.Errorf("stand-in: %w", err)
	}
	return listener, nil
}

// serve answers on the listener until server is closed; what else may end it
// is told to failed.
func serve(server *http.Server, listener net.Listener, failed func(error)) {
	if err := server.Serve(listener); err != nil && !errors.Is(err, http.ErrServerClosed) {
		failed(err)
	}
}

func parsePages(names ...string) (*template.Template, error) {
	files := []string{"pages/layout.html"}
	for _, name := range names {
		files = append(files, "pages/"+name)
	}
	return template.ParseFS(pages, files...)
}

// stylesheet serves the one style of every stand-in's pages.
func stylesheet(w http.ResponseWriter, r *http.Request) {
	http.ServeFileFS(w, r, pages, "pages/standin.css")
}
