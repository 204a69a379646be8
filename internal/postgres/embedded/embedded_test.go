package embedded_test

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"plusultra.link/privacy/internal/postgres/embedded"
)

// home is a folder that the server's user can reach, in memory where there is
// some: starts and stops sync a lot.
func home(t *testing.T) string {
	t.Helper()
	return homeIn(t, memory())
}

func memory() string {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		return "/dev/shm"
	}
	return os.TempDir()
}

func homeIn(t *testing.T, base string) string {
	t.Helper()
	dir, err := makeHome(base)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// makeHome differs from t.TempDir in that others may pass through: the tests
// may run as root, the server may not.
func makeHome(base string) (string, error) {
	dir, err := os.MkdirTemp(base, "portal-embedded-")
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o711)
}

var madeOnce = sync.OnceValues(func() (string, error) {
	under, err := makeHome(memory())
	if err != nil {
		return "", err
	}
	dir := filepath.Join(under, "pg")
	server, err := embedded.Start(context.Background(), embedded.Config{Dir: dir})
	if err != nil {
		return "", err
	}
	return dir, server.Stop()
})

// prepared is a data folder as a run that stopped in order left it, copied
// from one made once: initdb takes a second of a whole core.
func prepared(t *testing.T, under ...string) string {
	t.Helper()
	from, err := madeOnce()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(append([]string{home(t)}, append(under, "pg")...)...)
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "cp", "-a", from, dir).CombinedOutput(); err != nil {
		t.Fatalf("copy the data: %v\n%s", err, out)
	}
	return dir
}

func config(t *testing.T, dir string) embedded.Config {
	return embedded.Config{Dir: dir, Logger: slog.New(slog.NewTextHandler(t.Output(), nil))}
}

func start(t *testing.T, cfg embedded.Config) *embedded.Server {
	t.Helper()
	server, err := embedded.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	return server
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func keep(t *testing.T, url string) {
	t.Helper()
	if _, err := connect(t, url).Exec(t.Context(), "create table kept as select 42 as answer"); err != nil {
		t.Fatal(err)
	}
}

func mustBeKept(t *testing.T, url string) {
	t.Helper()
	var answer int
	if err := connect(t, url).QueryRow(t.Context(), "select answer from kept").Scan(&answer); err != nil || answer != 42 {
		t.Errorf("the data is gone: %d, %v", answer, err)
	}
}

// failure is what Start has to say where it must not start.
func failure(t *testing.T, cfg embedded.Config) error {
	t.Helper()
	server, err := embedded.Start(t.Context(), cfg)
	if err == nil {
		_ = server.Stop()
		t.Fatal("it started")
	}
	return err
}

func fails(t *testing.T, cfg embedded.Config, says ...string) {
	t.Helper()
	err := failure(t, cfg)
	for _, part := range says {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not say %q: %v", part, err)
		}
	}
}

func TestItStartsFromNothingStopsCleanlyAndKeepsItsData(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(home(t), "made", "on", "the", "way")
	server := start(t, config(t, dir))
	keep(t, server.OwnerURL())
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder is not private: %v, %v", info.Mode(), err)
	}
	if err := server.Stop(); err != nil {
		t.Error(err)
	}
	for _, left := range []string{".s.PGSQL.5432", ".s.PGSQL.5432.lock", "data/postmaster.pid", "data.new"} {
		if _, err := os.Stat(filepath.Join(dir, left)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is left behind (%v)", left, err)
		}
	}
	mustBeKept(t, start(t, config(t, dir)).OwnerURL())
}

func TestASecondRunOnTheSameFolderIsRefused(t *testing.T) {
	t.Parallel()
	dir := prepared(t)
	server := start(t, config(t, dir))
	if err := failure(t, config(t, dir)); !errors.Is(err, embedded.ErrInUse) || !strings.Contains(err.Error(), dir) {
		t.Errorf("got %v", err)
	}
	keep(t, server.OwnerURL()) // the first is none the worse
}

func TestAnInterruptedSetUpIsBegunAnew(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(home(t), "pg")
	if err := os.MkdirAll(filepath.Join(dir, "data.new", "base"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"lock", "data.new/PG_VERSION"} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte("99\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	keep(t, start(t, config(t, dir)).OwnerURL())
}

func TestDataOfAnotherVersionIsRefusedAndNotTouched(t *testing.T) {
	t.Parallel()
	installed, err := embedded.Installed(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, programs := range map[string]embedded.Programs{
		"by the programs found": {},
		"by the programs named": {Dir: installed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(home(t), "pg")
			if err := os.MkdirAll(filepath.Join(dir, "data"), 0o700); err != nil {
				t.Fatal(err)
			}
			for file, content := range map[string]string{"lock": "", "data/PG_VERSION": "9\n", "data/precious": "rows"} {
				if err := os.WriteFile(filepath.Join(dir, file), []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			cfg := config(t, dir)
			cfg.Programs = programs
			fails(t, cfg, "PostgreSQL 9", "nothing was changed")
			if got, err := os.ReadFile(filepath.Join(dir, "data", "precious")); err != nil || string(got) != "rows" {
				t.Errorf("the data is gone: %q, %v", got, err)
			}
		})
	}
}

func TestAFolderOfOtherThingsIsRefused(t *testing.T) {
	t.Parallel()
	dir := home(t)
	if err := os.WriteFile(filepath.Join(dir, "thesis.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	fails(t, config(t, dir), dir, "name an empty one")
}

func TestAMachineWithoutPostgreSQLIsToldTheThreeWaysOut(t *testing.T) {
	t.Parallel()
	cfg := config(t, filepath.Join(home(t), "pg"))
	cfg.Programs.Places = []string{}
	fails(t, cfg, "install", "PORTAL_POSTGRES_PROGRAMS", "DATABASE_URL")
	cfg.Programs.Dir = home(t)
	fails(t, cfg, "no PostgreSQL programs in "+cfg.Programs.Dir, "PORTAL_POSTGRES_PROGRAMS", "DATABASE_URL")
}

func TestALongPathKeepsItsSocketElsewhere(t *testing.T) {
	t.Parallel()
	dir := prepared(t, strings.Repeat("long/", 20))
	server := start(t, config(t, dir))
	socket := connect(t, server.URL()).Config().Host
	if len(socket) > 80 || strings.HasPrefix(socket, dir) {
		t.Errorf("the socket is in %s", socket)
	}
	if err := server.Stop(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(socket); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is left behind", socket)
	}
}

func TestThePortalServesAsARoleThatOwnsNothing(t *testing.T) {
	t.Parallel()
	server := start(t, config(t, prepared(t)))
	keep(t, server.OwnerURL())
	for url, want := range map[string]string{server.URL(): "portal false false", server.OwnerURL(): "portal_owner false true"} {
		var got string
		if err := connect(t, url).QueryRow(t.Context(), `select format('%s %s %s', rolname, rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls,
			pg_has_role(oid, (select relowner from pg_class where oid = 'kept'::regclass), 'MEMBER')) from pg_roles where rolname = current_user`).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if got = strings.ReplaceAll(strings.ReplaceAll(got, " f", " false"), " t", " true"); got != want {
			t.Errorf("%s is %q, want %q", url, got, want)
		}
	}
	if _, err := connect(t, server.URL()).Exec(t.Context(), "create table mine (id int)"); err == nil {
		t.Error("it made a table")
	}
}
