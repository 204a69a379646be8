package web

import "github.com/labstack/echo/v4"

// Route is a line of the map, with its guard.
type Route = route

// Routes is the whole map, for tests that walk it.
func Routes() []Route {
	s := &server{echo: echo.New()}
	s.routes()
	return s.table
}

// BoundKey is where a request's context says which form a route bound.
const BoundKey = boundKey

// Secrets are the fields of forms that are never kept.
func Secrets() []string { return secrets() }

// PerKeyWindow is in which a key's requests are counted.
const PerKeyWindow = perKeyWindow
