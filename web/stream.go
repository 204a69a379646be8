package web

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

const (
	piece = 256 << 10   // how much of a file goes at once
	moves = time.Minute // how long a client may take for it
)

// unbounded is the request's context without the time that a page may take.
func unbounded(ctx echo.Context) context.Context {
	return context.WithoutCancel(ctx.Request().Context())
}

// stream sends a file and lets it last for as long as it moves. What fails
// midway ends the connection, so that nobody takes a part for the whole.
func (s *server) stream(ctx echo.Context, from io.Reader, status int) error {
	control := http.NewResponseController(ctx.Response())
	buffer := make([]byte, piece)
	for first := true; ; first = false {
		n, err := io.ReadFull(from, buffer)
		ended := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !ended {
			err = fmt.Errorf("reading a file to hand over: %w", err)
			if first { // nothing has gone yet: an error page can
				ctx.Response().Header().Del("Content-Length")
				ctx.Response().Header().Del("Content-Disposition")
				ctx.Response().Header().Del("Content-Range")
				ctx.Response().Header().Del("ETag")
				return err
			}
			s.Log.ErrorContext(ctx.Request().Context(), "a file broke off", "route", ctx.Path(), "cause", err)
			panic(http.ErrAbortHandler)
		}
		// The real time: this is between us and the client.
		if err := control.SetWriteDeadline(time.Now().Add(moves)); err != nil && !errors.Is(err, http.ErrNotSupported) { //nolint:forbidigo // a deadline of the network
			return err
		}
		if first {
			ctx.Response().WriteHeader(status)
		}
		if _, err := ctx.Response().Write(buffer[:n]); err != nil {
			return fmt.Errorf("the client went away: %w", err)
		}
		if ended {
			return nil
		}
	}
}

// lasting lets one request and its answer take longer than the server gives a
// page.
func lasting(ctx echo.Context, d time.Duration) error {
	control := http.NewResponseController(ctx.Response())
	until := time.Now().Add(d) //nolint:forbidigo // a deadline of the network
	for _, set := range []func() error{
		func() error { return control.SetReadDeadline(until) },
		func() error { return control.SetWriteDeadline(until.Add(moves)) },
	} {
		if err := set(); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return fmt.Errorf("making time for a long request: %w", err)
		}
	}
	return nil
}

func fingerprint(sum []byte) string { return hex.EncodeToString(sum) }
