package web

import (
	"context"
	"encoding/json"
	"net/http"
	"net/netip"

	"github.com/google/uuid"
	"github.com/gorilla/sessions"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/form"
	"plusultra.link/privacy/internal/notice"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/views/text"
)

// sessionStore is gorilla's Store on PostgreSQL. The cookie holds a random
// token, the database its hash; a session's ID here is that token.
type sessionStore struct{ *server }

type rowKey struct{} // under which a session's row lies among its values

// beside is what is read in one round trip with the session of a browser, since
// its page will need it.
type beside struct {
	works bool   // whether the browser is to be a member's of the staff
	again string // the form that the address names, if it does
	noes  bool   // whether the browser's own no is to be heeded

	member *staff.Behind
	kept   *form.Kept
	heard  *[]consent.State
	news   *[]notice.News
}

type besideKey struct{} // under which it lies in a request's context

func (b *beside) read(s *server, reads *postgres.Reads, tokenHash []byte) {
	if b.works {
		b.member = s.Staff.ReadBehind(reads, tokenHash)
	} else {
		b.news = s.Notices.ReadNews(reads, tokenHash)
	}
	if b.again != "" {
		b.kept = s.Forms.ReadKept(reads, account.SessionByToken, tokenHash, b.again)
	}
	if b.noes {
		b.heard = s.Consents.ReadHeard(reads, tokenHash)
	}
}

// besideOf is what was read with the session of a request's browser.
func besideOf(r *http.Request) *beside {
	if b, ok := r.Context().Value(besideKey{}).(*beside); ok {
		return b
	}
	return &beside{}
}

// Get gives the request's session, read at most once.
func (st *sessionStore) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(st, name)
}

// New reads the session of the request's cookie, or begins an empty one.
func (st *sessionStore) New(r *http.Request, name string) (*sessions.Session, error) {
	s := sessions.NewSession(st, name)
	s.IsNew = true
	cookie, err := r.Cookie(st.cookieName(sessionCookie))
	if err != nil || cookie.Value == "" {
		return s, nil
	}
	row, err := st.Accounts.Session(r.Context(), cookie.Value, func(reads *postgres.Reads, hash []byte) { besideOf(r).read(st.server, reads, hash) })
	if fault.Is(err, fault.Unauthenticated) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	var kept map[string]string
	if len(row.Data) > 0 {
		if err := json.Unmarshal(row.Data, &kept); err != nil {
			kept = nil // an older release's: forget it
		}
	}
	for k, v := range kept {
		s.Values[k] = v
	}
	s.ID, s.IsNew = cookie.Value, false
	s.Values[rowKey{}] = row
	return s, nil
}

// Save keeps a session's small values; a guest's session begins here.
func (st *sessionStore) Save(r *http.Request, w http.ResponseWriter, s *sessions.Session) error {
	if s.ID == "" {
		token, err := st.Accounts.StartSession(r.Context(), account.SessionOwner{}, account.Visit{}, "")
		if err != nil {
			return err
		}
		s.ID = token
		http.SetCookie(w, st.cookie(sessionCookie, token, 0))
	}
	kept := map[string]string{}
	for k, v := range s.Values {
		name, ok := k.(string)
		value, fine := v.(string)
		if ok && fine {
			kept[name] = value
		}
	}
	data, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	return st.Accounts.Remember(r.Context(), s.ID, data)
}

const visitorKey = "visitor"

// visitor is the browser we know again.
type visitor struct {
	session account.Session
	token   string
}

// recognise finds out whose browser this is, if it carries a session, and reads
// with it what a page behind g needs at once.
func (s *server) recognise(g guard) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(ctx echo.Context) error {
			r := ctx.Request()
			more := &beside{works: staff.Role(g).Covers(staff.Agent), again: ctx.QueryParam(againParam), noes: saysNo(r)}
			ctx.SetRequest(r.WithContext(context.WithValue(r.Context(), besideKey{}, more)))
			session, err := s.store.Get(ctx.Request(), "session")
			if err != nil {
				return err
			}
			if row, ok := session.Values[rowKey{}].(account.Session); ok {
				ctx.Set(visitorKey, visitor{row, session.ID})
			}
			return next(ctx)
		}
	}
}

// visitor is whose browser this is; a guest's session begins here, so that
// something can be kept for it.
func (s *server) visitor(ctx echo.Context) (visitor, error) {
	if v, ok := visitorOf(ctx); ok {
		return v, nil
	}
	session, err := s.store.Get(ctx.Request(), "session")
	if err != nil {
		return visitor{}, err
	}
	if err := session.Save(ctx.Request(), ctx.Response()); err != nil {
		return visitor{}, err
	}
	row, err := s.Accounts.Session(ctx.Request().Context(), session.ID)
	if err != nil {
		return visitor{}, err
	}
	v := visitor{row, session.ID}
	ctx.Set(visitorKey, v)
	return v, nil
}

func visitorOf(ctx echo.Context) (visitor, bool) {
	v, ok := ctx.Get(visitorKey).(visitor)
	return v, ok
}

// signedIn is the person's session. Only behind the person guard, which made
// sure that there is one.
func signedIn(ctx echo.Context) account.Session {
	v, _ := visitorOf(ctx)
	return v.session
}

// person is the id of who is signed in; uuid.Nil for nobody.
func person(ctx echo.Context) uuid.UUID { return signedIn(ctx).PersonID }

// token is the cookie's token of this browser, "" if it has none.
func token(ctx echo.Context) string {
	v, _ := visitorOf(ctx)
	return v.token
}

// startBrowserSession gives the browser the token of a session that has just begun or been
// renewed, and has it known again by whose it is.
func (s *server) startBrowserSession(ctx echo.Context, token string) error {
	ctx.SetCookie(s.cookie(sessionCookie, token, account.SessionLife))
	r := ctx.Request().Context()
	session, err := s.Accounts.Session(r, token)
	if err != nil {
		return err
	}
	if session.PersonID != uuid.Nil {
		return s.rememberBrowserOf(ctx, session.PersonID)
	}
	m, err := s.Staff.Member(r, session.StaffID)
	if err != nil {
		return err
	}
	return s.rememberBrowser(ctx, m.Owner())
}

// rememberBrowserOf is rememberBrowser for a person.
func (s *server) rememberBrowserOf(ctx echo.Context, person uuid.UUID) error {
	owner, err := s.Accounts.Owner(ctx.Request().Context(), person)
	if err != nil {
		return err
	}
	return s.rememberBrowser(ctx, owner)
}

// rememberBrowser has a browser known again, in which somebody has proved who they are:
// others' wrong guesses don't shut them out of it.
func (s *server) rememberBrowser(ctx echo.Context, owner account.Owner) error {
	cookie, err := s.Accounts.KnownBrowser(s.cookieValue(ctx, browserCookie), owner)
	if err != nil {
		return err
	}
	ctx.SetCookie(s.cookie(browserCookie, cookie, account.BrowserLife))
	return nil
}

// visit is where the request comes from.
func (s *server) visit(ctx echo.Context) account.Visit {
	ip, _ := netip.ParseAddr(ctx.RealIP())
	r := ctx.Request()
	return account.Visit{
		IP: ip.Unmap(), UserAgent: r.UserAgent(), Lang: text.Lang(r.Context()), Zone: browserZone(ctx), Browser: s.cookieValue(ctx, browserCookie),
	}
}

// setDraft has a page know by itself, also without a name in its address, what
// was last typed there.
func (s *server) setDraft(ctx echo.Context, page, name string) error {
	session, err := s.store.Get(ctx.Request(), "session")
	if err != nil {
		return err
	}
	session.Values["draft "+page] = name
	return session.Save(ctx.Request(), ctx.Response())
}

// draft is the name of what was last typed on a page, "" for nothing.
func (s *server) draft(ctx echo.Context, page string) string {
	session, err := s.store.Get(ctx.Request(), "session")
	if err != nil {
		return ""
	}
	name, _ := session.Values["draft "+page].(string)
	return name
}

// flash says something on the next page.
func (s *server) flash(ctx echo.Context, key string, args ...string) error {
	session, err := s.store.Get(ctx.Request(), "session")
	if err != nil {
		return err
	}
	said, err := json.Marshal(append([]string{key}, args...))
	if err != nil {
		return err
	}
	session.Values["flash"] = string(said)
	return session.Save(ctx.Request(), ctx.Response())
}

// takeFlash gives what the last page left to say, once.
func (s *server) takeFlash(ctx echo.Context) (key string, args []any) {
	session, err := s.store.Get(ctx.Request(), "session")
	if err != nil || session.IsNew {
		return "", nil
	}
	kept, ok := session.Values["flash"].(string)
	if !ok {
		return "", nil
	}
	delete(session.Values, "flash")
	if err := session.Save(ctx.Request(), ctx.Response()); err != nil {
		s.Log.WarnContext(ctx.Request().Context(), "a message for the next page stays", "cause", err)
	}
	var words []string
	if json.Unmarshal([]byte(kept), &words) != nil || len(words) == 0 {
		return "", nil
	}
	for _, w := range words[1:] {
		args = append(args, w)
	}
	return words[0], args
}
