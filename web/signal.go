package web

import (
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
)

// saysNo tells whether the browser asks that nothing be sold or shared (Global
// Privacy Control, 3.2), or that nobody track it (Do Not Track).
func saysNo(r *http.Request) bool {
	return r.Header.Get("Sec-GPC") == "1" || r.Header.Get("DNT") == "1"
}

// heed takes a browser's no for that of the person who is signed in (promise
// P17). How they stand was read with their session, so that nothing is written
// but what it changes; a browser that stops saying so changes nothing. A page
// does not wait for a no that can't be written now: the next will say it.
func (s *server) heed(next echo.HandlerFunc) echo.HandlerFunc {
	return func(ctx echo.Context) error {
		r := ctx.Request()
		heard := besideOf(r).heard
		if heard == nil || person(ctx) == uuid.Nil {
			return next(ctx)
		}
		if err := s.Consents.Heed(r.Context(), ownChoice(ctx), *heard); err != nil {
			s.Log.WarnContext(r.Context(), "a browser's signal is not written down yet", "cause", err)
		}
		return next(ctx)
	}
}
