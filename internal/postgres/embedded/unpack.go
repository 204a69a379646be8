package embedded

import (
	"archive/tar"
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/ulikunitz/xz"
)

const unpackLimit = 1 << 30 // bytes; the programs have some 60 MB

// unpack takes the one .txz out of a jar and lays its files out under dir.
func unpack(jar, dir string) error {
	archive, err := zip.OpenReader(jar)
	if err != nil {
		return err
	}
	defer func() { _ = archive.Close() }()
	for _, entry := range archive.File {
		if path.Ext(entry.Name) != ".txz" {
			continue
		}
		packed, err := entry.Open()
		if err != nil {
			return err
		}
		defer func() { _ = packed.Close() }()
		plain, err := xz.NewReader(packed)
		if err != nil {
			return err
		}
		return untar(io.LimitReader(plain, unpackLimit), dir)
	}
	return errors.New("there is no .txz in it")
}

// untar writes through os.Root, which lets no name and no link lead outside dir.
func untar(from io.Reader, dir string) error {
	if err := os.Mkdir(dir, 0o755); err != nil { //nolint:gosec // programs are no secret, and the server's user runs them
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	for in := tar.NewReader(from); ; {
		header, err := in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := lay(root, header, in); err != nil {
			return fmt.Errorf("%s: %w", header.Name, err)
		}
	}
}

func lay(root *os.Root, header *tar.Header, content io.Reader) error {
	name := filepath.Clean(filepath.FromSlash(header.Name))
	if header.Typeflag == tar.TypeDir {
		return root.MkdirAll(name, 0o755)
	}
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	switch header.Typeflag {
	case tar.TypeReg:
		return write(root, name, os.FileMode(header.Mode)&0o755|0o444, content) //nolint:gosec // masked
	case tar.TypeSymlink:
		to := filepath.Join(filepath.Dir(name), header.Linkname) //nolint:gosec // looked at, never opened: a link that leads outside is refused
		if filepath.IsAbs(header.Linkname) || to == ".." || strings.HasPrefix(to, "../") {
			return fmt.Errorf("it links to %s, outside the archive", header.Linkname)
		}
		return root.Symlink(header.Linkname, name)
	default:
		return fmt.Errorf("it is neither file, folder nor link")
	}
}

func write(root *os.Root, name string, mode os.FileMode, content io.Reader) error {
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	return errors.Join(err, file.Close(), root.Chmod(name, mode)) // whatever the umask says
}
