package embedded

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// MavenCentral is the public home of the downloadable programs.
const MavenCentral = "https://repo1.maven.org/maven2"

const (
	newestMajor    = 17 // what a new database begins with
	downloadWithin = 10 * time.Minute
	downloadLimit  = 200 << 20 // bytes; the archives have some 15 MB
)

// releases are the downloadable builds (io.zonky.test.postgres), by major.
var releases = map[int]string{15: "15.14.0", 16: "16.10.0", 17: "17.6.0", 18: "18.1.0"} //nolint:gochecknoglobals // a constant table

// download gives the folder of downloaded programs, from the cache if they
// were fetched before.
func (p Programs) download(ctx context.Context, major int, log *slog.Logger) (string, error) {
	if major == 0 {
		major = newestMajor
	}
	release, ok := releases[major]
	if !ok {
		return "", fmt.Errorf("there is no download for version %d, only for %v", major, slices.Sorted(maps.Keys(releases)))
	}
	platform, err := platformName()
	if err != nil {
		return "", err
	}
	if p.Cache == "" {
		return "", errors.New("there is no cache folder to keep a download in")
	}
	home := filepath.Join(p.Cache, "postgresql-"+release+"-"+platform)
	bin := filepath.Join(home, "bin")
	if _, err := os.Stat(bin); err == nil {
		return bin, nil
	}
	ctx, cancel := context.WithTimeout(ctx, downloadWithin)
	defer cancel()
	artifact := "embedded-postgres-binaries-" + platform
	from := fmt.Sprintf("%s/io/zonky/test/postgres/%s/%s/%s-%s.jar", strings.TrimSuffix(p.Mirror, "/"), artifact, release, artifact, release)
	log.Info("no PostgreSQL found; downloading one, once", "from", from)
	if err := fetchInto(ctx, from, home); err != nil {
		return "", err
	}
	return bin, nil
}

// fetchInto puts a verified, unpacked archive at home in one step, so that
// neither an interruption nor a second portal leaves half of it there.
func fetchInto(ctx context.Context, from, home string) error {
	if err := os.MkdirAll(filepath.Dir(home), 0o755); err != nil { //nolint:gosec // programs are no secret, and the server's user runs them
		return fmt.Errorf("make the cache folder: %w", err)
	}
	draft, err := os.MkdirTemp(filepath.Dir(home), filepath.Base(home)+".part-")
	if err != nil {
		return fmt.Errorf("make room for the download: %w", err)
	}
	defer func() { _ = os.RemoveAll(draft) }()
	jar := filepath.Join(draft, "programs.jar")
	if err := fetchVerified(ctx, from, jar); err != nil {
		return err
	}
	unpacked := filepath.Join(draft, "unpacked")
	if err := unpack(jar, unpacked); err != nil {
		return fmt.Errorf("unpack %s: %w", from, err)
	}
	if err := os.Rename(unpacked, home); err != nil {
		if _, there := os.Stat(filepath.Join(home, "bin")); there == nil {
			return nil // another portal was quicker
		}
		return fmt.Errorf("put the programs in place: %w", err)
	}
	return nil
}

// fetchVerified downloads a file and holds it to the checksum published beside
// it; a file without one is refused.
func fetchVerified(ctx context.Context, from, to string) error {
	published, err := fetchChecksum(ctx, from+".sha256")
	if err != nil {
		return err
	}
	body, err := get(ctx, from)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	file, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("keep the download: %w", err)
	}
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(file, sum), io.LimitReader(body, downloadLimit+1))
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("download %s: %w", from, err)
	}
	if size > downloadLimit {
		return fmt.Errorf("download %s: it is larger than %d bytes, which no PostgreSQL is", from, downloadLimit)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != published {
		return fmt.Errorf("download %s: its SHA-256 is %s, but %s is published: it was damaged or changed on its way", from, got, published)
	}
	return nil
}

func fetchChecksum(ctx context.Context, from string) (string, error) {
	body, err := get(ctx, from)
	if err != nil {
		return "", err
	}
	defer func() { _ = body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(body, 1024))
	if err != nil {
		return "", fmt.Errorf("download %s: %w", from, err)
	}
	first, _, _ := strings.Cut(strings.TrimSpace(string(raw)), " ") // some tools add the file's name
	if decoded, err := hex.DecodeString(first); err != nil || len(decoded) != sha256.Size {
		return "", fmt.Errorf("download %s: this is no SHA-256 checksum", from)
	}
	return strings.ToLower(first), nil
}

func get(ctx context.Context, from string) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return nil, fmt.Errorf("download %s: %w", from, err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("download: %w", err) // names the address itself
	}
	if res.StatusCode != http.StatusOK {
		_ = res.Body.Close()
		return nil, fmt.Errorf("download %s: %s", from, res.Status)
	}
	return res.Body, nil
}

// platformName is what the archives call this machine.
func platformName() (string, error) {
	arch, ok := map[string]string{"amd64": "amd64", "arm64": "arm64v8"}[runtime.GOARCH]
	if !ok || (runtime.GOOS != "linux" && runtime.GOOS != "darwin") {
		return "", fmt.Errorf("there is no download for %s on %s", runtime.GOOS, runtime.GOARCH)
	}
	name := runtime.GOOS + "-" + arch
	if musl, _ := filepath.Glob("/lib/ld-musl-*"); len(musl) > 0 && runtime.GOOS == "linux" {
		name += "-alpine"
	}
	return name, nil
}
