package export

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gocloud.dev/blob"

	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/views/text"
)

// build is one try at one export.
type build struct {
	Export
	service *Service
	archive *archive
	person  uuid.UUID
	last    bool // no further try: what does not answer is left out
	told    time.Time
}

// built is what a build that ended well comes to.
type built struct {
	parts  []Part
	rows   int64
	bytes  int64
	sha256 []byte
}

// write makes the archive under the key that the build has claimed. On an
// error nothing is kept: the store takes a file when it is closed, or not.
func (b *build) write(ctx context.Context) (out built, err error) {
	files := b.service.Files
	if files == nil {
		return out, errNoFiles
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	store, err := files.NewWriter(ctx, b.BlobKey, &blob.WriterOptions{ContentType: "application/octet-stream", DisableContentTypeDetection: true})
	if err != nil {
		return out, fmt.Errorf("beginning a file: %w", err)
	}
	closed := false
	defer func() {
		if !closed {
			cancel()
			_ = store.Close() // forgets what was written, because ctx has ended
		}
	}()
	if b.archive, err = b.service.create(store, b.owner(), b.service.Now().UTC()); err != nil {
		return out, err
	}
	m, err := b.fill(ctx)
	if err != nil {
		return out, err
	}
	closed = true
	if err := b.archive.close(); err != nil {
		cancel()
		_ = store.Close() // unless it was the store that failed to close
		return out, fmt.Errorf("ending the file: %w", err)
	}
	return built{m.parts(), m.Rows, b.archive.all.n, b.archive.sum.Sum(nil)}, nil
}

// fill writes the data, then the page about it, then the manifest.
func (b *build) fill(ctx context.Context) (*manifest, error) {
	m := &manifest{
		Format: manifestFormat, Export: b.ID.String(), Created: b.archive.at, Language: text.Lang(ctx),
		Controller: b.service.Register.Controller.Name,
		Notes:      []string{text.T(ctx, "export.page.csvNote"), text.T(ctx, "export.page.timeNote")},
	}
	for _, of := range b.service.Register.Categories {
		c, err := b.category(ctx, of)
		if err != nil {
			return nil, err
		}
		m.Categories = append(m.Categories, c)
	}
	m.count()
	page, err := b.service.page(ctx, m)
	if err != nil {
		return nil, err
	}
	index, err := b.archive.put("index.html", page)
	if err != nil {
		return nil, err
	}
	m.Files = []file{index}
	list, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	_, err = b.archive.put("manifest.json", append(list, '\n'))
	return m, err
}

// category copies one category, if it was asked for.
func (b *build) category(ctx context.Context, of register.Category) (*category, error) {
	lang := text.Lang(ctx)
	c := &category{ID: of.ID, Name: of.Name.In(lang), Status: included, Withheld: leftOut(of, lang), register: of}
	sources := b.service.Sources(of.ID)
	if len(sources) == 0 {
		c.Status = noAccount
		return c, nil
	}
	if !slices.Contains(b.Categories, of.ID) {
		c.Status = notAsked
		return c, nil
	}
	for _, source := range sources {
		h := &holding{build: b, source: source}
		err := b.copy(ctx, h, c)
		if err := errors.Join(err, h.close()); err != nil {
			return nil, err
		}
	}
	if c.Rows == 0 && c.Status == included {
		c.Status = nothingHeld
	}
	return c, nil
}

// copy adds one source to a category. Only in the last try may it be missing.
func (b *build) copy(ctx context.Context, h *holding, c *category) error {
	err := h.copy(ctx)
	if silent(err) != "" && b.last {
		c.Status, c.Because = incomplete, text.T(ctx, "export.page.silent")
		b.service.Log.WarnContext(ctx, "an export is incomplete", "export", b.ID, "category", c.ID, "cause", err)
		err = nil
	}
	if err != nil {
		return err
	}
	files, err := h.files(ctx)
	if err != nil {
		return err
	}
	c.Files = append(c.Files, files...)
	c.Rows += h.rows
	c.samples = append(c.samples, h.sample)
	return nil
}

// newKey is where a build writes. It is of a fixed length, so that what a
// store leaves behind beside it can be told by its beginning.
func newKey(id uuid.UUID) string {
	return keyPrefix + id.String() + "-" + hex.EncodeToString(newSalt())
}
