package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
)

const (
	prefix     = "journal/"
	tornPrefix = "journal-torn/"
	perFolder  = 1000
)

func key(number int64) string {
	return fmt.Sprintf("%s%07d/%06d", prefix, number/perFolder, number)
}

// put writes a segment that is not there yet, reads it again, and has the disk
// keep it: what is said afterwards relies on it. ErrBehind if there is one
// already.
func (s *Service) put(ctx context.Context, g segment) (sum []byte, err error) {
	raw, err := g.seal(s.deps.Ring)
	if err != nil {
		return nil, err
	}
	err = s.create(ctx, key(g.Number), raw)
	if errors.Is(err, errThere) {
		return nil, ErrBehind
	}
	if err != nil {
		return nil, fmt.Errorf("writing segment %d of the journal: %w", g.Number, err)
	}
	return hashOf(raw), nil
}

var errThere = errors.New("it is there already")

// create writes a file that is not there yet; errThere if it is.
func (s *Service) create(ctx context.Context, name string, content []byte) error {
	if s.deps.Files == nil {
		return ErrNoStore
	}
	if there, err := s.deps.Files.Exists(ctx, name); err != nil {
		return err
	} else if there { // not every store knows the condition below
		return errThere
	}
	err := s.store(ctx, name, content)
	if gcerrors.Code(err) == gcerrors.FailedPrecondition {
		return errThere
	}
	if err != nil {
		return err
	}
	back, err := s.read(ctx, name, true)
	if err == nil && !bytes.Equal(back, content) {
		err = fmt.Errorf("the file store gives %s back otherwise than it was written", name)
	}
	return err
}

// store writes a file, or nothing of it.
func (s *Service) store(ctx context.Context, name string, content []byte) error {
	ctx, forget := context.WithCancel(ctx)
	defer forget()
	to, err := s.deps.Files.NewWriter(ctx, name, &blob.WriterOptions{
		ContentType: "application/octet-stream", DisableContentTypeDetection: true, IfNotExist: true,
	})
	if err != nil {
		return err
	}
	if _, err := to.Write(content); err != nil {
		forget()
		_ = to.Close() // keeps nothing, because ctx has ended
		return err
	}
	return to.Close()
}

// read gives a file. With durable it has been brought to the disk of a folder:
// a rename alone may be forgotten with the current.
func (s *Service) read(ctx context.Context, name string, durable bool) (content []byte, err error) {
	if s.deps.Files == nil {
		return nil, ErrNoStore
	}
	var synced error
	from, err := s.deps.Files.NewReader(ctx, name, &blob.ReaderOptions{BeforeRead: func(as func(any) bool) error {
		var file *os.File
		if durable && as(&file) {
			synced = sync(file, strings.Count(name, "/")+1)
		}
		return nil
	}})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	content, err = io.ReadAll(from)
	return content, errors.Join(err, synced)
}

// sync has the disk keep a file and its name, up to the store's own folder.
func sync(file *os.File, depth int) error {
	err, dir := file.Sync(), file.Name()
	for range depth {
		if err != nil {
			return err
		}
		dir = filepath.Dir(dir)
		folder, openErr := os.Open(dir)
		if openErr != nil {
			return openErr
		}
		err = errors.Join(folder.Sync(), folder.Close())
	}
	return err
}

// segmentAt reads a segment; there is false if there is none.
func (s *Service) segmentAt(ctx context.Context, in installation, number int64) (g segment, raw []byte, there bool, err error) {
	raw, err = s.read(ctx, key(number), false)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return g, nil, false, nil
	}
	if err != nil {
		return g, nil, false, fmt.Errorf("reading segment %d of the journal: %w", number, err)
	}
	g, err = open(s.deps.Ring, *in.StoreID, number, raw)
	return g, raw, true, err
}

// after finds the first segment behind a number, 0 if there is none.
func (s *Service) after(ctx context.Context, number int64) (first int64, err error) {
	all, err := s.numbers(ctx, number/perFolder)
	if at := slices.IndexFunc(all, func(n int64) bool { return n > number }); err == nil && at >= 0 {
		return all[at], nil
	}
	return 0, err
}

// numbers are those of all segments from a folder on, in order.
func (s *Service) numbers(ctx context.Context, from int64) (all []int64, err error) {
	folders := s.deps.Files.List(&blob.ListOptions{Prefix: prefix, Delimiter: "/"})
	for {
		folder, err := folders.Next(ctx)
		if errors.Is(err, io.EOF) {
			slices.Sort(all)
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("listing the journal: %w", err)
		}
		var n int64
		if _, err := fmt.Sscanf(folder.Key, prefix+"%d/", &n); err != nil || !folder.IsDir || n < from {
			continue
		}
		for files := s.deps.Files.List(&blob.ListOptions{Prefix: folder.Key}); ; {
			file, err := files.Next(ctx)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return nil, fmt.Errorf("listing the journal: %w", err)
			}
			if n, is := SegmentOf(file.Key); is {
				all = append(all, n)
			}
		}
	}
}

// setAside moves a torn segment out of the way. Nothing is deleted that is not
// somewhere else.
func (s *Service) setAside(ctx context.Context, number int64) error {
	name := fmt.Sprintf("%s%06d-%d", tornPrefix, number, s.deps.Now().UnixNano())
	if err := s.deps.Files.Copy(ctx, name, key(number), nil); err != nil {
		return err
	}
	s.deps.Log.WarnContext(ctx, TornError{number}.Error()+". Nothing was confirmed that relies on it; it is kept as "+name+", and the journal goes on")
	return s.deps.Files.Delete(ctx, key(number))
}

// SegmentOf tells which segment a file of the store is.
func SegmentOf(name string) (number int64, is bool) {
	rest, is := strings.CutPrefix(name, prefix)
	if !is {
		return 0, false
	}
	_, last, _ := strings.Cut(rest, "/")
	n, err := strconv.ParseInt(last, 10, 64)
	return n, err == nil && key(n) == name
}
