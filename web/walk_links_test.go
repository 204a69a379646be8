package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/internal/testkit/apptest"
)

func TestAPageOfAnIDIsFoundWhateverAMailProgramPutBehindItsLink(t *testing.T) {
	t.Parallel()
	w := newWalk(t, "https")
	robin := w.robin()
	leaving := w.Person(apptest.Somebody{Email: "leaving@example.com"})
	asked, err := w.Requests.AskErasure(t.Context(), leaving, "")
	must(t, err)
	officer := w.Member("officer@example.com", staff.Officer).ID
	found := map[string]bool{}
	for _, route := range w.routes {
		if route.Method != http.MethodGet || !strings.HasSuffix(route.Path, ":id") {
			continue
		}
		for _, id := range append([]uuid.UUID{*asked.ErasureID, robin.id}, robin.rows...) {
			for _, owner := range []account.SessionOwner{{Person: robin.id}, {Person: leaving}, {Staff: officer}} {
				path := at(route, id)
				see := func(path string) int {
					return w.send(request{method: http.MethodGet, path: path, who: caller{cookie: func() string { return w.Session(owner) }}}).StatusCode
				}
				if see(path) != http.StatusOK {
					continue
				}
				found[route.Path] = true
				for _, behind := range []string{".", "/", "./", ">", ")", "%3E", "%20", "%253E", "%E3%80%82", ",", "%22"} {
					if got := see(path + behind); got != http.StatusOK {
						t.Errorf("GET %s with %s behind it: %d", route.Path, behind, got)
					}
				}
			}
		}
	}
	for _, mailed := range []string{"/erasure/:id", "/requests/:id", "/downloads/:id", "/staff/requests/:id"} {
		if !found[mailed] {
			t.Errorf("nobody has opened %s", mailed)
		}
	}
}
