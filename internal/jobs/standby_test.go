package jobs_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/postgres/embedded"
)

// pair is a primary and its standby, which has applied whatever is committed.
type pair struct {
	t                *testing.T
	primary, standby int // processes
	url              string
	a, b             *postgres.DB // as superusers of each
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newPair(t *testing.T) *pair {
	t.Helper()
	dir, err := os.MkdirTemp("", "portal-pair-")
	must(t, err)
	must(t, os.Chmod(dir, 0o711))
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	server, err := embedded.Start(t.Context(), embedded.Config{Dir: filepath.Join(dir, "a")})
	must(t, err)
	t.Cleanup(func() { _ = server.Stop() })
	must(t, postgres.Migrate(t.Context(), postgres.Config{URL: server.OwnerURL()}, embedded.RuntimeRole))
	p := &pair{t: t, primary: postmaster(t, filepath.Join(dir, "a"))}
	p.a = p.open(server.SuperuserURL())
	p.exec(p.a, "create table acknowledged (n bigint primary key)", "create table step_done (n bigint primary key)", "grant all on acknowledged, step_done to public")

	at, err := url.Parse(server.URL())
	must(t, err)
	as, err := url.Parse(server.SuperuserURL())
	must(t, err)
	socket, port, user := at.Query().Get("host"), at.Query().Get("port"), as.Query().Get("user")
	b := filepath.Join(dir, "b")
	must(t, os.Mkdir(b, 0o700))
	owner, err := os.Stat(filepath.Join(dir, "a", "data"))
	must(t, err)
	id := owner.Sys().(*syscall.Stat_t)
	must(t, os.Chown(b, int(id.Uid), int(id.Gid)))
	program, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", p.primary))
	must(t, err)
	command := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(filepath.Join(filepath.Dir(program), name), args...)
		cmd.Dir, cmd.Stderr = b, t.Output()
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		if os.Getuid() == 0 {
			cmd.SysProcAttr.Credential = &syscall.Credential{Uid: id.Uid, Gid: id.Gid}
		}
		return cmd
	}
	data := filepath.Join(b, "data")
	must(t, command("pg_basebackup", "--dbname=host="+socket+" port="+port+" user="+user, "--pgdata="+data, "--write-recovery-conf", "--checkpoint=fast").Run())
	standby := command("postgres", "-D", data, "-k", b, "-p", port, "-c", "listen_addresses=", "-c", "cluster_name=b", "-c", "hot_standby=on")
	standby.Stderr = nil
	must(t, standby.Start())
	p.standby = standby.Process.Pid
	t.Cleanup(func() { p.signal(p.standby, syscall.SIGKILL); _ = standby.Wait() })
	t.Cleanup(func() { p.signal(p.primary, syscall.SIGCONT) })

	ofB := strings.Replace(server.SuperuserURL(), url.QueryEscape(socket), url.QueryEscape(b), 1)
	for end := time.Now().Add(30 * time.Second); p.b == nil; time.Sleep(50 * time.Millisecond) {
		if p.b, err = postgres.Open(t.Context(), postgres.Config{URL: ofB + "&target_session_attrs=any", MaxConns: 2}); err != nil && time.Now().After(end) {
			t.Fatal(err)
		}
	}
	t.Cleanup(p.b.Close)
	p.exec(p.a, "alter system set synchronous_standby_names = 'b'", "alter system set synchronous_commit = 'remote_apply'", "select pg_reload_conf()")
	for p.number(p.a, "select count(*) from pg_stat_replication where sync_state = 'sync'") == 0 {
		time.Sleep(50 * time.Millisecond)
	}
	p.url = strings.Replace(server.URL(), url.QueryEscape(socket), url.QueryEscape(socket+","+b), 1)
	return p
}

func (p *pair) open(url string) *postgres.DB {
	p.t.Helper()
	db, err := postgres.Open(p.t.Context(), postgres.Config{URL: url, MaxConns: 2})
	must(p.t, err)
	p.t.Cleanup(db.Close)
	return db
}

func (p *pair) exec(db *postgres.DB, statements ...string) {
	p.t.Helper()
	for _, sql := range statements {
		_, err := db.Pool.Exec(p.t.Context(), sql)
		must(p.t, err)
	}
}

func (p *pair) number(db *postgres.DB, sql string, args ...any) (n int) {
	p.t.Helper()
	must(p.t, db.Pool.QueryRow(p.t.Context(), sql, args...).Scan(&n))
	return n
}

// signal reaches a server and each of its processes, which are found before: a
// frozen one whose server is gone would stay for ever, and be nobody's.
func (p *pair) signal(server int, s syscall.Signal) {
	all := []int{server}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		raw, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		fields := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil && len(fields) > 1 && fields[1] == strconv.Itoa(server) {
			all = append(all, pid)
		}
	}
	for _, pid := range all {
		_ = syscall.Kill(pid, s)
	}
}

func postmaster(t *testing.T, dir string) int {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	must(t, err)
	first, _, _ := strings.Cut(string(raw), "\n")
	pid, err := strconv.Atoi(first)
	must(t, err)
	return pid
}

func TestAStandbyIsNotTakenForThePrimaryAndNobodyWaitsAtAFrozenOne(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	at, err := url.Parse(p.url)
	must(t, err)
	query := at.Query()
	primary, standby, _ := strings.Cut(query.Get("host"), ",")
	query.Set("host", standby+","+primary)
	at.RawQuery = query.Encode()
	db, err := postgres.Open(t.Context(), postgres.Config{URL: at.String(), MaxConns: 4})
	must(t, err)
	ctx, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	t.Cleanup(func() { stop(); all.Wait(); db.Close() })
	all.Go(func() { db.Watch(ctx) })
	p.exec(db, "insert into acknowledged values (1)")

	told := make(chan error, 1)
	all.Go(func() {
		_, err := db.Pool.Exec(ctx, "select pg_sleep(600)")
		told <- err
	})
	for p.number(p.a, "select count(*) from pg_stat_activity where state = 'active' and query like 'select pg_sleep%'") == 0 {
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(time.Second) // in which Watch has its connection
	p.signal(p.primary, syscall.SIGSTOP)
	p.exec(p.b, "select pg_promote()")
	select {
	case err := <-told:
		if !postgres.IsAway(err) {
			t.Errorf("whoever waited was told: %v", err)
		}
	case <-time.After(30 * time.Second): // some six, where nobody else is at work
		t.Error("whoever waits there waits on")
	}
}

// Whatever was acknowledged is on the server that takes over, and long work
// goes on there by itself: see docs/outages.md for what an operator sets up.
func TestNothingAcknowledgedIsLostWithAPrimaryAndWorkGoesOnAtItsStandby(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("a server's processes are found in /proc")
	}
	for name, fault := range map[string]func(p *pair) (serves *postgres.DB){
		"the primary is killed": func(p *pair) *postgres.DB {
			p.signal(p.primary, syscall.SIGKILL)
			p.exec(p.b, "select pg_promote()")
			return p.b
		},
		"the primary freezes": func(p *pair) *postgres.DB {
			p.signal(p.primary, syscall.SIGSTOP)
			p.exec(p.b, "select pg_promote()")
			return p.b
		},
		"the standby freezes": func(p *pair) *postgres.DB {
			p.signal(p.standby, syscall.SIGSTOP)
			time.Sleep(2 * time.Second)
			p.exec(p.a, "alter system set synchronous_standby_names = ''", "select pg_reload_conf()") // as whoever watches both does
			return p.a
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPair(t)
			db, err := postgres.Open(t.Context(), postgres.Config{URL: p.url, MaxConns: 16})
			must(t, err)
			ctx, stop := context.WithCancel(t.Context())
			var all sync.WaitGroup
			t.Cleanup(func() { stop(); all.Wait(); db.Close() })
			all.Go(func() { db.Watch(ctx) })

			const steps = 300
			queue, err := jobs.NewQueue(db)
			must(t, err)
			log := slog.New(slog.DiscardHandler)
			plans := jobs.NewPlans(db, queue, log, time.Now)
			plans.Register(jobs.Work{Kind: "steps", Queue: jobs.Default, Batch: func(ctx context.Context, tx postgres.Tx, _ uuid.UUID, _ jobs.Try) (jobs.Next, error) {
				var n int
				err := tx.PGX.QueryRow(ctx, "insert into step_done select count(*) + 1 from step_done returning n").Scan(&n)
				return jobs.Next{Over: n >= steps, Rest: 10 * time.Millisecond}, err
			}})
			workers := river.NewWorkers()
			plans.AddWorkers(workers)
			all.Go(func() {
				_ = jobs.Run(ctx, jobs.Config{DB: db, Workers: workers, Plans: plans, Logger: log, StopWithin: time.Millisecond})
			})
			must(t, db.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
				return plans.Add(ctx, tx, "steps", uuid.New(), time.Time{})
			}))

			var mu sync.Mutex
			var acknowledged []int64
			var last atomic.Int64
			count := func() int { mu.Lock(); defer mu.Unlock(); return len(acknowledged) }
			for range 6 {
				all.Go(func() {
					for ctx.Err() == nil {
						n := last.Add(1)
						page, cancel := context.WithTimeout(ctx, 10*time.Second)
						if err := db.InTx(page, func(ctx context.Context, tx postgres.Tx) error {
							_, err := tx.PGX.Exec(ctx, "insert into acknowledged values ($1)", n)
							return err
						}); err == nil {
							mu.Lock()
							acknowledged = append(acknowledged, n)
							mu.Unlock()
						} else if !postgres.IsAway(err) && ctx.Err() == nil {
							t.Errorf("a fault that is not that the database is away: %v", err)
						}
						cancel()
						time.Sleep(5 * time.Millisecond)
					}
				})
			}
			for count() < 100 || p.number(p.a, "select count(*) from step_done") < 10 {
				time.Sleep(10 * time.Millisecond)
			}
			serves := fault(p)
			before, began := count(), time.Now()
			for count() < before+20 {
				if time.Since(began) > 45*time.Second { // some fifteen, where nobody else is at work
					t.Fatalf("nothing was acknowledged after the fault: %d then and %d now", before, count())
				}
				time.Sleep(10 * time.Millisecond)
			}
			t.Logf("%d were acknowledged before, and the next 20 after %s", before, time.Since(began).Round(10*time.Millisecond))
			done := func() int { return p.number(serves, "select count(*) from step_done where n between 1 and $1", steps) }
			for done() < steps { // the last of them committed, before its worker is stopped
				if time.Since(began) > time.Minute {
					t.Fatalf("long work does not go on: %d of %d steps", done(), steps)
				}
				time.Sleep(10 * time.Millisecond)
			}
			stop()
			all.Wait()
			if kept := p.number(serves, "select count(*) from acknowledged where n = any($1)", acknowledged); kept != len(acknowledged) {
				t.Errorf("of %d acknowledged %d are kept", len(acknowledged), kept)
			}
			if n := p.number(serves, "select count(*) from step_done"); n != steps {
				t.Errorf("%d steps were done, not %d", n, steps)
			}
		})
	}
}
