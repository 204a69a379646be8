package host

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Listen opens an address until end, and says what to do if it can't.
func Listen(ctx context.Context, address string, end *Closers) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("can't listen at %s: %w; choose another with --listen", address, err)
	}
	end.Add(func() error {
		if err := l.Close(); !errors.Is(err, net.ErrClosed) { // its server may have closed it
			return err
		}
		return nil
	})
	return l, nil
}

// Server has bounds for clients that are slow on purpose. Handlers that take
// or give more than a page extend them for themselves.
func Server(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
	}
}

const finishWithin = 10 * time.Second

// Serve answers until ctx ends, then finishes what is under way. A download
// that takes longer breaks off: it goes on at whichever portal is asked for its
// rest. It speaks TLS where it is given the file of a certificate.
func Serve(ctx context.Context, h http.Handler, l net.Listener, cert, key string) error {
	UseMachine()
	s, ended := Server(h), make(chan error, 1)
	go func() {
		if cert != "" {
			ended <- s.ServeTLS(l, cert, key)
			return
		}
		ended <- s.Serve(l)
	}()
	select {
	case err := <-ended:
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	finish, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishWithin)
	defer cancel()
	if err := s.Shutdown(finish); !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return s.Close()
}
