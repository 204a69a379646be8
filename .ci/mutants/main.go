// Command mutants takes the portal's defences away, one after another, in a
// copy of the source, and wants a test to turn red for each. The list beside it
// says which.
//
//	go run .ci/mutants/main.go            tries every one, two at a time (make mutants)
//	go run .ci/mutants/main.go -apply     only looks whether each still applies
//	go run .ci/mutants/main.go -only HSTS tries those whose name holds a word
//	go run .ci/mutants/main.go -from 120  goes on from a line of the list
//	go run .ci/mutants/main.go -at-once 1 tries one at a time
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const list = ".ci/mutants/list"

// mutation is one change that some test must notice.
type mutation struct {
	line     int
	name     string
	file     string
	old, new string
	test     []string // arguments of go test
}

func main() {
	apply := flag.Bool("apply", false, "only look whether each mutation still applies")
	only := flag.String("only", "", "try those whose name holds this")
	from := flag.Int("from", 0, "try those from this line of the list on")
	atOnce := flag.Int("at-once", 2, "how many to try at once, each in a copy of its own")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *apply, *only, *from, *atOnce)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, onlyApply bool, only string, from, atOnce int) error {
	all, err := read(list)
	if err != nil {
		return err
	}
	var errs []error
	for _, m := range all {
		errs = append(errs, m.applies("."))
	}
	if err := errors.Join(errs...); err != nil || onlyApply {
		return err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	waiting := make(chan mutation)
	go func() {
		defer close(waiting)
		for _, m := range all {
			if strings.Contains(m.name, only) && m.line >= from {
				select {
				case waiting <- m:
				case <-ctx.Done():
					return
				}
			}
		}
	}()
	var tried, survived atomic.Int64
	var workers sync.WaitGroup
	for range atOnce {
		workers.Go(func() {
			if err := work(ctx, waiting, &tried, &survived); err != nil {
				stop(err)
			}
		})
	}
	workers.Wait()
	switch n := survived.Load(); {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case n > 0:
		return fmt.Errorf("%d of %d mutations were not caught: write the test that misses", n, tried.Load())
	}
	fmt.Printf("all %d caught\n", tried.Load())
	return nil
}

// work tries mutations in a copy of the source, until there are none left.
func work(ctx context.Context, waiting <-chan mutation, tried, survived *atomic.Int64) error {
	dir, err := copied(ctx)
	defer func() { _ = os.RemoveAll(dir) }()
	if err != nil {
		return err
	}
	source := whole{dir: dir, binaries: map[string]string{}, green: map[string]bool{}}
	for m := range waiting {
		began := time.Now()
		said, err := m.try(ctx, source)
		if err != nil {
			return err
		}
		tried.Add(1)
		if said != caught {
			survived.Add(1)
		}
		fmt.Printf("%-9s %5.1fs  %s\n", said, time.Since(began).Seconds(), m.name)
	}
	return nil
}

const caught = "caught"

// try applies m in dir, runs its test, and takes m back.
func (m mutation) try(ctx context.Context, source whole) (string, error) {
	if err := source.passes(ctx, m.test); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return "NOT GREEN", ctx.Err()
	}
	dir := source.dir
	file := filepath.Join(dir, m.file)
	was, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(file, bytes.Replace(was, []byte(m.old), []byte(m.new), 1), 0o600); err != nil {
		return "", err
	}
	out, passed := test(ctx, dir, m.test)
	if err := os.WriteFile(file, was, 0o600); err != nil {
		return "", err
	}
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case passed:
		return "SURVIVED", nil
	case strings.Contains(out, "[build failed]") || strings.Contains(out, "[setup failed]"):
		return "NO BUILD", nil
	case !strings.Contains(out, "--- FAIL"):
		fmt.Fprintf(os.Stderr, "line %d, %s: the test did not run:\n%s", m.line, m.name, out)
		return "NOT RUN", nil
	}
	return caught, nil
}

// whole is the source as it is, with its test binaries: each package's is built
// once, for linking takes longer than most tests.
type whole struct {
	dir      string
	binaries map[string]string // by package
	green    map[string]bool   // test commands that pass
}

func (w whole) passes(ctx context.Context, args []string) error {
	line := strings.Join(args, " ")
	if w.green[line] {
		return nil
	}
	pkg := args[0]
	if w.binaries[pkg] == "" {
		binary := filepath.Join(w.dir, strings.ReplaceAll(strings.TrimPrefix(pkg, "./"), "/", "-")+".test")
		if out, ok := command(ctx, w.dir, "go", build("-c", "-o", binary, pkg)...); !ok {
			return fmt.Errorf("go test -c %s fails without any mutation:\n%s", pkg, out)
		}
		w.binaries[pkg] = binary
	}
	flags := make([]string, 0, len(args))
	for _, arg := range args[1:] {
		if rest, ok := strings.CutPrefix(arg, "-"); ok {
			arg = "-test." + rest
		}
		flags = append(flags, arg)
	}
	out, ok := command(ctx, filepath.Join(w.dir, pkg), w.binaries[pkg], flags...)
	if !ok || strings.Contains(out, "no tests to run") {
		return fmt.Errorf("go test %s fails without any mutation:\n%s", line, out)
	}
	w.green[line] = true
	return nil
}

// build are the arguments of a go test that is built quickly: most packages stand
// on what a mutation changes, and are compiled anew for it.
func build(args ...string) []string {
	return append([]string{"test", "-trimpath", "-vet=off", "-ldflags=-w", "-gcflags=plusultra.link/privacy/...=-l"}, args...)
}

func command(ctx context.Context, dir, name string, args ...string) (out string, ok bool) {
	cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // from the list
	cmd.Dir = dir
	raw, err := cmd.CombinedOutput()
	return string(raw), err == nil
}

func test(ctx context.Context, dir string, args []string) (out string, passed bool) {
	out, ok := command(ctx, dir, "go", build(append([]string{"-count=1"}, args...)...)...)
	return out, ok && !strings.Contains(out, "no tests to run")
}

// applies wants the old text exactly once in its file.
func (m mutation) applies(dir string) error {
	raw, err := os.ReadFile(filepath.Join(dir, m.file))
	if err != nil {
		return fmt.Errorf("line %d, %s: %w", m.line, m.name, err)
	}
	if n := bytes.Count(raw, []byte(m.old)); n != 1 {
		return fmt.Errorf("line %d, %s: %q stands %d times in %s", m.line, m.name, m.old, n, m.file)
	}
	return nil
}

// read takes the list apart: a paragraph each, of a name after "#", the file,
// the old text after "-", the new after "+", and the test's arguments.
func read(path string) ([]mutation, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var out []mutation
	var m mutation
	end := func(line int) error {
		complete := m.name != "" && m.old != "" && m.old != m.new && len(m.test) > 0
		switch {
		case m.file == "": // between paragraphs, or a remark
		case !complete:
			return fmt.Errorf("%s:%d: the paragraph above is not whole", path, line)
		default:
			out = append(out, m)
		}
		m = mutation{}
		return nil
	}
	for i, line := range append(strings.Split(string(raw), "\n"), "") {
		kind, rest, _ := strings.Cut(line, " ")
		if kind == "" || kind == "#" && m.file != "" {
			if err := end(i + 1); err != nil {
				return nil, err
			}
		}
		switch kind {
		case "":
		case "#":
			m.line, m.name = i+1, strings.TrimSpace(m.name+" "+rest)
		case "file":
			m.file = rest
		case "-":
			m.old = rest
		case "+":
			m.new = rest
		case "test":
			if len(m.test) > 0 {
				return nil, fmt.Errorf("%s:%d: a second test", path, i+1)
			}
			m.test = strings.Fields(rest)
		default:
			return nil, fmt.Errorf("%s:%d: %q is none of #, file, -, + and test", path, i+1, kind)
		}
	}
	return out, nil
}

// copied copies the source as it is now, what is not committed too.
func copied(ctx context.Context) (string, error) {
	names, err := exec.CommandContext(ctx, "git", "ls-files", "-co", "--exclude-standard", "-z").Output()
	if err != nil {
		return "", fmt.Errorf("listing the source: %w", err)
	}
	dir, err := os.MkdirTemp("", "portal-mutants-*")
	if err != nil {
		return "", err
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(names), "\x00"), "\x00") {
		raw, err := os.ReadFile(name)
		if errors.Is(err, os.ErrNotExist) { // deleted, and not yet committed so
			continue
		}
		if err != nil {
			return dir, err
		}
		to := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o700), os.WriteFile(to, raw, 0o600)); err != nil {
			return dir, err
		}
	}
	return dir, nil
}
