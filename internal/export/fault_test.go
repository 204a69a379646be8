package export_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"gocloud.dev/blob"
	"gocloud.dev/blob/driver"
	"gocloud.dev/blob/memblob"
	"gocloud.dev/gcerrors"

	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
)

var errStore = errors.New("the store has had enough")

// store is a bucket in memory that fails where it is told to.
type store struct {
	driver.Bucket // what exports never call is not there

	inner   *blob.Bucket
	room    atomic.Int64 // bytes that a writer takes before it fails; less than none: all
	closing atomic.Bool  // whether ending a file fails
	stuck   atomic.Value // beginning of the key that can't be deleted
	ended   func()       // called when a file has been written, if set
}

func newStore(t testing.TB) (*store, *blob.Bucket) {
	t.Helper()
	s := &store{inner: memblob.OpenBucket(nil)}
	s.room.Store(-1)
	s.stuck.Store("")
	bucket := blob.NewBucket(s)
	t.Cleanup(func() { must(t, errors.Join(bucket.Close(), s.inner.Close())) })
	return s, bucket
}

func (s *store) Close() error                           { return nil }
func (s *store) ErrorCode(err error) gcerrors.ErrorCode { return gcerrors.Code(err) }
func (s *store) As(any) bool                            { return false }
func (s *store) ErrorAs(error, any) bool                { return false }
func (s *store) NewTypedWriter(ctx context.Context, key, _ string, _ *driver.WriterOptions) (driver.Writer, error) {
	ctx, forget := context.WithCancel(ctx)
	w, err := s.inner.NewWriter(ctx, key, &blob.WriterOptions{DisableContentTypeDetection: true})
	return &storeWriter{Writer: w, store: s, forget: forget}, err
}

func (s *store) NewRangeReader(ctx context.Context, key string, offset, length int64, _ *driver.ReaderOptions) (driver.Reader, error) {
	r, err := s.inner.NewRangeReader(ctx, key, offset, length, nil)
	if err != nil {
		return nil, err
	}
	return storeReader{r}, nil
}

func (s *store) Delete(ctx context.Context, key string, _ *driver.DeleteOptions) error {
	if stuck := s.stuck.Load().(string); stuck != "" && strings.HasPrefix(key, stuck) {
		return errStore
	}
	return s.inner.Delete(ctx, key)
}

func (s *store) ListPaged(ctx context.Context, opts *driver.ListOptions) (*driver.ListPage, error) {
	page := &driver.ListPage{}
	for all := s.inner.List(&blob.ListOptions{Prefix: opts.Prefix}); ; {
		o, err := all.Next(ctx)
		if errors.Is(err, io.EOF) {
			return page, nil
		}
		if err != nil {
			return nil, err
		}
		page.Objects = append(page.Objects, &driver.ListObject{Key: o.Key, Size: o.Size})
	}
}

type storeReader struct{ *blob.Reader }

func (r storeReader) Attributes() *driver.ReaderAttributes {
	return &driver.ReaderAttributes{Size: r.Size()}
}

type storeWriter struct {
	*blob.Writer
	store   *store
	written int64
	forget  context.CancelFunc
}

func (w *storeWriter) Write(p []byte) (int, error) {
	if room := w.store.room.Load(); room >= 0 && w.written+int64(len(p)) > room {
		return 0, errStore
	}
	w.written += int64(len(p))
	return w.Writer.Write(p)
}

func (w *storeWriter) Close() error {
	if w.store.closing.Load() {
		w.forget()
		return errors.Join(errStore, w.Writer.Close())
	}
	defer w.forget()
	if err := w.Writer.Close(); err != nil || w.store.ended == nil {
		return err
	}
	w.store.ended()
	return nil
}

// between is a source with something in front of each read of one category.
type between struct {
	record.Source
	before func(ctx context.Context, read int) error
	reads  *atomic.Int64
}

func (s between) Read(ctx context.Context, db postgres.Reader, person uuid.UUID, after string, limit int, fn func(record.Row) error) (string, error) {
	if err := s.before(ctx, int(s.reads.Add(1))); err != nil {
		return "", err
	}
	return s.Source.Read(ctx, db, person, after, limit, fn)
}

// beforeReads lets before look at, delay or refuse every read of a category.
// The reads are counted from one.
func (b *bundle) beforeReads(category string, before func(ctx context.Context, read int) error) (reads *atomic.Int64) {
	reads = new(atomic.Int64)
	b.source = func(s record.Source) record.Source {
		if s.Category().ID != category {
			return s
		}
		return between{s, before, reads}
	}
	return reads
}

// letters keeps the mail that was sent.
type letters struct{ sent []mail.Envelope }

// Send keeps a message.
func (l *letters) Send(_ context.Context, _, _ string, e mail.Envelope) error {
	l.sent = append(l.sent, e)
	return nil
}

// letter delivers all mail and gives the last, which is of that kind and to that
// person, in words.
func (b *bundle) letter(person uuid.UUID, kind string) string {
	b.t.Helper()
	if last := "select count(*) from mail_message where person_id = $1 and kind = $2 and id = (select max(id::text)::uuid from mail_message)"; b.count(last, person, kind) != 1 {
		b.t.Fatalf("no message %q was the last", kind)
	}
	for more := true; more; {
		var err error
		more, err = b.Mail.SendDue(b.t.Context())
		must(b.t, err)
	}
	last := b.letters.sent[len(b.letters.sent)-1]
	return last.Subject + "\n" + strings.Join(last.Letter.Paragraphs, "\n")
}
