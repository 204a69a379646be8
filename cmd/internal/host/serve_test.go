package host_test

import (
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"plusultra.link/privacy/cmd/internal/host"
)

func TestASlowDownloadNeitherKeepsAServerFromEndingNorMakesThatAFault(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	end := &host.Closers{}
	l, err := host.Listen(ctx, "127.0.0.1:0", end)
	if err != nil {
		t.Fatal(err)
	}
	slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write([]byte("a little")); err != nil || http.NewResponseController(w).Flush() != nil {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	})
	ended := make(chan error, 1)
	go func() { ended <- host.Serve(ctx, slow, l, "", "") }()
	res, err := http.Get("http://" + l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	go func() { _, _ = io.Copy(io.Discard, res.Body) }()
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("it ended with %v", err)
		}
	case <-time.After(15 * time.Second):
		t.Error("it does not end")
	}
	if err := end.Close(); err != nil {
		t.Error(err)
	}
}
