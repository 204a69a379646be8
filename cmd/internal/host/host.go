// Package host is what a command of this project does with the machine it runs
// on: it opens the database and the files, listens, serves, and ends all that
// in order.
package host

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/alecthomas/kong"

	"plusultra.link/privacy/internal/fault"
)

// Main runs a command line until it is done or told to end, and ends the
// process with 1 if that failed, one line for each fault.
func Main(name, description string, commands any) {
	k := kong.Must(commands, kong.Name(name), kong.ShortUsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.Description(description))
	parsed, err := k.Parse(os.Args[1:])
	k.FatalIfErrorf(err)

	// The first signal asks everything to end; a second one ends it.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	parsed.BindTo(ctx, (*context.Context)(nil))
	if err := parsed.Run(); err != nil {
		tell(name, err)
		code := 1
		if coded, ok := errors.AsType[interface {
			error
			ExitCode() int
		}](err); ok {
			code = coded.ExitCode()
		}
		os.Exit(code) //nolint:gocritic // stop has nothing left to do
	}
}

// tell writes every fault of err on a line of its own.
func tell(name string, err error) {
	if many, ok := errors.AsType[interface {
		error
		Unwrap() []error
	}](err); ok && error(many) == err { //nolint:errorlint // only where err itself is the list
		for _, one := range many.Unwrap() {
			tell(name, one)
		}
		return
	}
	fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
}

// Closers end what was started, the last first.
type Closers struct {
	ends     []func() error
	database <-chan struct{} // closed when the private PostgreSQL has ended
}

// Add keeps what is to be done at the end.
func (c *Closers) Add(f func() error) { c.ends = append(c.ends, f) }

// Close does all of it, whatever fails.
func (c *Closers) Close() error {
	var errs []error
	for _, end := range slices.Backward(c.ends) {
		errs = append(errs, end())
	}
	return errors.Join(errs...)
}

// Watch waits for ctx to end. A private PostgreSQL that ends before is an
// error: whoever runs the portal starts both again.
func (c *Closers) Watch(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-c.database:
		return errors.New("the private PostgreSQL has ended by itself; the log beside its data says why")
	}
}

// Logger writes to the standard error output, as "text" or as JSON.
func Logger(form string) *slog.Logger {
	if form == "text" {
		return slog.New(fault.ForLog(slog.NewTextHandler(os.Stderr, nil)))
	}
	return slog.New(fault.ForLog(slog.NewJSONHandler(os.Stderr, nil)))
}
