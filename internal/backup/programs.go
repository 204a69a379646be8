package backup

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"strings"
)

// Dump runs pg_dump on a database, named by a URL, as it is in a snapshot.
func Dump(ctx context.Context, program, database, snapshot string, to io.Writer) error {
	return run(ctx, nil, to, database, program, "--format=custom", "--no-password", "--snapshot="+snapshot)
}

// Restore runs pg_restore into an empty database, whole or not at all. What it
// makes belongs to the role of the URL.
func Restore(ctx context.Context, program, database string, from io.Reader) error {
	return run(ctx, from, io.Discard, database, program, "--no-owner", "--no-acl", "--exit-on-error", "--single-transaction", "--no-password")
}

// run hands the database over without its password, which anybody on the machine
// could read among the arguments.
func run(ctx context.Context, in io.Reader, out io.Writer, database, program string, args ...string) error {
	at, err := url.Parse(database)
	if err != nil {
		return fmt.Errorf("the database's address is no URL, as %s wants it", program)
	}
	cmd := exec.CommandContext(ctx, program)
	cmd.Env = os.Environ()
	query := at.Query()
	password, given := at.User.Password()
	if p := query.Get("password"); p != "" {
		password, given = p, true
		query.Del("password")
		at.RawQuery = query.Encode()
	}
	if given {
		cmd.Env = append(cmd.Env, "PGPASSWORD="+password)
		at.User = url.User(at.User.Username())
	}
	cmd.Args = append(append(cmd.Args, args...), "--dbname="+at.String())
	var told bytes.Buffer
	taken := &taking{Writer: out}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, taken, &told
	err = cmd.Run()
	switch {
	case taken.failed != nil: // the program only says that nobody listens any more
		return taken.failed
	case err != nil: // not as it is: its exit code is not ours
		return fmt.Errorf("%s failed (%v): %s", program, err, lastLines(told.String())) //nolint:errorlint // see above
	}
	return nil
}

// taking remembers why what a program wrote could not be taken.
type taking struct {
	io.Writer

	failed error
}

func (t *taking) Write(b []byte) (int, error) {
	n, err := t.Writer.Write(b)
	if t.failed == nil {
		t.failed = err
	}
	return n, err
}

// lastLines is the end of what a program told.
func lastLines(told string) string {
	lines := strings.Split(strings.TrimSpace(told), "\n")
	return strings.Join(lines[max(0, len(lines)-3):], "; ")
}
