package embedded_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ulikunitz/xz"

	"plusultra.link/privacy/internal/postgres/embedded"
)

// maven is a mirror that has one archive, whatever is asked for.
type maven struct {
	jar      []byte
	checksum string
	asked    atomic.Int32
}

func (m *maven) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.asked.Add(1)
	switch {
	case strings.HasSuffix(r.URL.Path, ".jar"):
		_, _ = w.Write(m.jar)
	case strings.HasSuffix(r.URL.Path, ".jar.sha256") && m.checksum != "":
		_, _ = fmt.Fprintln(w, m.checksum)
	default:
		http.NotFound(w, r)
	}
}

// archive packs entries as the published archives are packed.
func archive(t *testing.T, entries ...tar.Header) *maven {
	t.Helper()
	var packed, jar bytes.Buffer
	squeeze, err := xz.NewWriter(&packed)
	if err != nil {
		t.Fatal(err)
	}
	files := tar.NewWriter(squeeze)
	for _, e := range entries {
		content := e.Uname // stands in for the content
		e.Uname, e.Size = "", int64(len(content))
		if err := files.WriteHeader(&e); err != nil {
			t.Fatal(err)
		}
		if _, err := files.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := files.Close(); err != nil {
		t.Fatal(err)
	}
	if err := squeeze.Close(); err != nil {
		t.Fatal(err)
	}
	outer := zip.NewWriter(&jar)
	inner, err := outer.Create("postgres-linux-x86_64.txz")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := inner.Write(packed.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := outer.Close(); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(jar.Bytes())
	return &maven{jar: jar.Bytes(), checksum: hex.EncodeToString(sum[:])}
}

// stubs are programs that hand over to the machine's own.
func stubs(t *testing.T) *maven {
	t.Helper()
	bin, err := embedded.Installed(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	script := func(name string) tar.Header {
		return tar.Header{Name: "bin/" + name, Mode: 0o755, Typeflag: tar.TypeReg, Uname: "#!/bin/sh\nexec " + filepath.Join(bin, name) + ` "$@"` + "\n"}
	}
	return archive(t, tar.Header{Name: "bin/", Mode: 0o755, Typeflag: tar.TypeDir}, script("initdb"), script("postgres"),
		tar.Header{Name: "lib/libpq.so", Mode: 0o777, Typeflag: tar.TypeSymlink, Linkname: "libpq.so.5"})
}

func downloading(t *testing.T, from http.Handler) embedded.Config {
	t.Helper()
	mirror := httptest.NewServer(from)
	t.Cleanup(mirror.Close)
	cfg := config(t, filepath.Join(home(t), "pg"))
	// Programs can't be run from memory on some systems.
	cfg.Programs = embedded.Programs{Places: []string{}, Mirror: mirror.URL + "/maven2/", Cache: homeIn(t, os.TempDir())}
	return cfg
}

func TestWhereNoneIsFoundTheProgramsAreDownloadedOnce(t *testing.T) {
	t.Parallel()
	mirror := stubs(t)
	cfg := downloading(t, mirror)
	cfg.Dir = prepared(t) // its version decides which archive is asked for
	server := start(t, cfg)
	keep(t, server.OwnerURL())
	if !strings.HasPrefix(server.Programs(), cfg.Programs.Cache) {
		t.Errorf("it runs %s", server.Programs())
	}
	if err := server.Stop(); err != nil {
		t.Error(err)
	}
	asked := mirror.asked.Load()
	again := config(t, prepared(t))
	again.Programs = cfg.Programs
	start(t, again)
	if now := mirror.asked.Load(); asked != 2 || now != asked {
		t.Errorf("asked the mirror %d times, then %d", asked, now-asked)
	}
	left, err := filepath.Glob(filepath.Join(cfg.Programs.Cache, "*.part-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left in the cache: %v, %v", left, err)
	}
}

func TestADownloadThatCanNotBeTrustedIsRefused(t *testing.T) {
	t.Parallel()
	file := tar.Header{Name: "bin/initdb", Mode: 0o755, Typeflag: tar.TypeReg, Uname: "#!/bin/sh\n"}
	for name, of := range map[string]struct {
		mirror *maven
		spoil  func(*maven)
		says   string
	}{
		"damaged":                           {archive(t, file), func(m *maven) { m.jar[len(m.jar)/2] ^= 1 }, "damaged or changed"},
		"without a checksum":                {archive(t, file), func(m *maven) { m.checksum = "" }, "404"},
		"with a page instead of a checksum": {archive(t, file), func(m *maven) { m.checksum = "<html>" }, "no SHA-256"},
		"that climbs out by a name":         {archive(t, tar.Header{Name: "../../climbed", Mode: 0o644, Typeflag: tar.TypeReg}), nil, "climbed"},
		"that climbs out by a link":         {archive(t, tar.Header{Name: "bin/out", Typeflag: tar.TypeSymlink, Linkname: "../../.."}), nil, "outside"},
		"that is no archive":                {&maven{jar: []byte("hello"), checksum: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"}, nil, "zip"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if of.spoil != nil {
				of.spoil(of.mirror)
			}
			cfg := downloading(t, of.mirror)
			fails(t, cfg, of.says, "PORTAL_POSTGRES_PROGRAMS", "DATABASE_URL")
			left, err := os.ReadDir(cfg.Programs.Cache)
			if err != nil || len(left) > 0 {
				t.Errorf("left in the cache: %v, %v", left, err)
			}
		})
	}
}

func TestThereIsNoDownloadForEveryVersion(t *testing.T) {
	t.Parallel()
	cfg := downloading(t, archive(t))
	if err := os.MkdirAll(filepath.Join(cfg.Dir, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	for file, content := range map[string]string{"lock": "", "data/PG_VERSION": "12\n"} {
		if err := os.WriteFile(filepath.Join(cfg.Dir, file), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	fails(t, cfg, "PostgreSQL 12", "no download for version 12", "apt install postgresql-12")
}
