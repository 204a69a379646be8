package web

import (
	_ "embed"
	"net/http"

	"github.com/labstack/echo/v4"
)

// openAPI says what the API is, in the words of OpenAPI 3.1. A test holds it to
// the routes and to what they answer.
//
//go:embed openapi.yaml
var openAPI []byte

func (s *server) openapi(ctx echo.Context) error {
	return ctx.Blob(http.StatusOK, "application/yaml", openAPI) // RFC 9512
}
