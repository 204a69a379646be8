package embedded

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// owner is the system user who runs the server. PostgreSQL refuses to run as
// root, so root hands over to somebody with fewer rights.
type owner struct {
	name     string
	uid, gid uint32
	dropped  bool // from root
}

// ownerOf says who runs a server on this folder: whoever we are or, for root,
// the one who ran it before, the user postgres, or else nobody.
func ownerOf(dir string) (owner, error) {
	if uid := os.Geteuid(); uid != 0 {
		return owner{name: strconv.Itoa(uid), uid: uint32(uid), gid: uint32(os.Getegid())}, nil //nolint:gosec // ids fit
	}
	if info, err := os.Stat(filepath.Join(dir, "data")); err == nil {
		if had, ok := info.Sys().(*syscall.Stat_t); ok && had.Uid != 0 {
			return owner{name: "user " + strconv.Itoa(int(had.Uid)), uid: had.Uid, gid: had.Gid, dropped: true}, nil
		}
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(found.Uid, 10, 32)
		if err != nil {
			return owner{}, fmt.Errorf("the id of user %s: %w", name, err)
		}
		gid, err := strconv.ParseUint(found.Gid, 10, 32)
		if err != nil {
			return owner{}, fmt.Errorf("the group of user %s: %w", name, err)
		}
		return owner{name: name, uid: uint32(uid), gid: uint32(gid), dropped: true}, nil
	}
	return owner{}, fmt.Errorf("PostgreSQL does not run as root, and this system has neither a user postgres nor nobody: run the portal as another user, or set DATABASE_URL")
}

// take makes a folder private to the owner.
func (o owner) take(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("look at %s: %w", dir, err)
	}
	has, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || !ok {
		return fmt.Errorf("%s is not a folder", dir)
	}
	if has.Uid != o.uid {
		if !o.dropped || has.Uid != 0 {
			return fmt.Errorf("the folder %s belongs to user %d, who alone can run the database in it", dir, has.Uid)
		}
		if err := o.give(dir); err != nil {
			return err
		}
	}
	if err := os.Chmod(dir, 0o700); err != nil { //nolint:gosec // a folder needs its x
		return fmt.Errorf("make %s private: %w", dir, err)
	}
	return nil
}

func (o owner) give(path string) error {
	if !o.dropped {
		return nil
	}
	if err := os.Lchown(path, int(o.uid), int(o.gid)); err != nil {
		return fmt.Errorf("give %s to %s: %w", path, o.name, err)
	}
	return nil
}

// canEnter fails with the name of the first folder on the way that the owner
// may not search.
func (o owner) canEnter(dir string) error {
	if !o.dropped {
		return nil // we come the same way ourselves, and would have been told
	}
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return fmt.Errorf("follow the path of a folder: %w", err)
	}
	for _, folder := range ancestors(dir) {
		info, err := os.Stat(folder)
		if err != nil {
			return fmt.Errorf("look at %s: %w", folder, err)
		}
		if !o.maySearch(info) {
			return fmt.Errorf("the folder %s can't be entered by %s, who runs the database because root may not: "+
				"name a folder elsewhere, or allow it with chmod o+x %s", folder, o.name, folder)
		}
	}
	return nil
}

func (o owner) maySearch(info os.FileInfo) bool {
	has, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return true
	}
	switch mode := info.Mode().Perm(); {
	case has.Uid == o.uid:
		return mode&0o100 != 0
	case has.Gid == o.gid:
		return mode&0o010 != 0
	default:
		return mode&0o001 != 0
	}
}

// ancestors lists the folders from the root to dir.
func ancestors(dir string) []string {
	if parent := filepath.Dir(dir); parent != dir {
		return append(ancestors(parent), dir)
	}
	return []string{dir}
}

// command runs a program of PostgreSQL as the owner, with none of our secrets
// in its environment.
func (o owner) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // the programs we searched for
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a ^C is for the portal, which then stops us in order
	if o.dropped {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: o.uid, Gid: o.gid}
	}
	return cmd
}
