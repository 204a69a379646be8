package export

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"time"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/views/text"
)

// finish puts the archive together and offers it, in one transaction with all
// that follows.
func (s *Service) finish(ctx context.Context, tx postgres.Tx, e Export, steps []step) error {
	to, err := s.deps.Accounts.RecipientIn(ctx, tx, e.PersonID)
	if err != nil {
		return err
	}
	e.BlobKey = newKey(e.ID)
	m, err := s.assemble(s.deps.Catalog.For(ctx, to.Lang, to.Zone), tx, &e, steps)
	if err == nil {
		err = s.offer(ctx, tx, e, m)
	}
	if err == nil {
		return nil
	}
	clearing, cancel := context.WithTimeout(context.WithoutCancel(ctx), tidying)
	defer cancel()
	if dropped := s.drop(clearing, e.BlobKey); !errors.Is(err, errChanged) {
		return errors.Join(err, dropped)
	}
	return nil // the next batch finds what it is now
}

// errChanged says that an export was widened or withdrawn while its archive
// was put together.
var errChanged = errors.New("the export is not what it was")

func (s *Service) offer(ctx context.Context, tx postgres.Tx, e Export, m *manifest) error {
	// The person before the export, as everybody locks them.
	if err := account.Hold(ctx, tx, e.PersonID); err != nil && !fault.Is(err, fault.Conflict) {
		return err
	}
	now := s.deps.Now()
	e.State, e.FinishedAt, e.ExpiresAt, e.Parts, e.Failure = Ready, &now, new(now.Add(s.deps.Keep)), m.parts(), ""
	e.RowsDone, e.RowsTotal = m.Rows, m.Rows
	as, err := move(ctx, tx, Building, e, "finished_at", "expires_at", "parts", "failure", "rows_done", "rows_total", "blob_key", "bytes", "sha256")
	if err != nil {
		return err
	}
	if !as {
		return errChanged
	}
	if err := s.record(ctx, tx, audit.BySystem(kind), e, "export.ready", map[string]any{"rows": m.Rows, "complete": e.Complete(), "sha256": hex.EncodeToString(e.Sha256)}); err != nil {
		return err
	}
	message := "exportReady"
	if !e.Complete() {
		message = "exportIncomplete"
	} else if s.deps.Ready != nil && s.everything(e) {
		if err := s.deps.Ready(ctx, tx, e.PersonID, e.AskedAt); err != nil {
			return err
		}
	}
	return s.mail(ctx, tx, e.missing(), e, message)
}

// mail tells the person where to look, and which kinds of data are missing. No
// data goes along: the page behind the link asks who is there.
func (s *Service) mail(ctx context.Context, tx postgres.Tx, missing []string, e Export, message string) error {
	to, err := s.deps.Accounts.RecipientIn(ctx, tx, e.PersonID)
	if err != nil {
		return err
	}
	ctx = s.deps.Catalog.For(ctx, to.Lang, to.Zone)
	for i, id := range missing {
		c, _ := s.deps.Register.Category(id)
		missing[i] = c.Name.In(to.Lang)
	}
	var until time.Time
	if e.ExpiresAt != nil {
		until = *e.ExpiresAt
	}
	return s.deps.Mail.Post(ctx, tx, to, mail.Message{
		Kind: message, Topic: "security-notices", Link: s.deps.BaseURL + "/downloads/" + e.ID.String(),
		Args: map[string]string{"Until": text.Time(ctx, until), "Categories": text.Clauses(ctx, missing)},
	})
}

// assemble writes the archive under the export's key, and what it comes to
// into the export.
func (s *Service) assemble(ctx context.Context, tx postgres.Tx, e *Export, steps []step) (m *manifest, err error) {
	var a *archive
	err = s.store(ctx, e.BlobKey, func(to io.Writer) error {
		if a, err = s.create(to, e.owner(), s.deps.Now().UTC()); err != nil {
			return err
		}
		if m, err = s.fill(ctx, tx, a, *e, steps); err != nil {
			return err
		}
		return a.close()
	})
	if err != nil {
		return nil, err
	}
	e.Bytes, e.Sha256 = a.all.n, a.sum.Sum(nil)
	s.written.Add(e.Bytes)
	return m, nil
}

// fill writes the data, then the page about it, then the manifest.
func (s *Service) fill(ctx context.Context, tx postgres.Tx, a *archive, e Export, steps []step) (*manifest, error) {
	m := &manifest{
		Format: manifestFormat, Export: e.ID.String(), Created: a.at, Language: text.Lang(ctx),
		Controller: s.deps.Register.Controller.Name,
		Notes:      []string{text.T(ctx, "export.page.csvNote"), text.T(ctx, "export.page.timeNote")},
	}
	for _, of := range s.deps.Register.Categories {
		c, err := s.category(ctx, a, e, steps, of)
		if err != nil {
			return nil, err
		}
		m.Categories = append(m.Categories, c)
	}
	m.count()
	kept, err := s.deps.Kept(ctx, tx, e.PersonID)
	if err != nil {
		return nil, err
	}
	page, err := s.page(ctx, m, kept)
	if err != nil {
		return nil, err
	}
	index, err := a.put("index.html", page)
	if err != nil {
		return nil, err
	}
	m.Files = []file{index}
	listed, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	_, err = a.put("manifest.json", append(listed, '\n'))
	return m, err
}

// category puts one category into the archive, if it was asked for.
func (s *Service) category(ctx context.Context, a *archive, e Export, steps []step, of register.Category) (*category, error) {
	lang := text.Lang(ctx)
	c := &category{ID: of.ID, Name: of.Name.In(lang), Status: included, Withheld: leftOut(of, lang), register: of}
	switch {
	case len(s.deps.Sources(of.ID)) == 0:
		c.Status = noAccount
		return c, nil
	case !slices.Contains(e.Categories, of.ID):
		c.Status = notAsked
		return c, nil
	}
	for _, st := range steps {
		if st.Category != of.ID {
			continue
		}
		if st.Missing {
			c.Status, c.Because = incomplete, text.T(ctx, "export.page.silent")
		}
		if err := s.holding(ctx, a, st, c); err != nil {
			return nil, err
		}
	}
	if c.Rows == 0 && c.Status == included {
		c.Status = nothingHeld
	}
	return c, nil
}

// holding puts the files of one source into the archive. Only one that has
// rows has files.
func (s *Service) holding(ctx context.Context, a *archive, st step, c *category) error {
	if st.RowsDone == 0 {
		return nil
	}
	at, err := s.openProgress(st)
	if err != nil {
		return err
	}
	for _, f := range []struct {
		ending string
		of     stream
	}{{linesEnding, at.Lines}, {tableEnding, at.Table}} {
		of := f.of
		if st.Missing {
			of.Packed += int64(len(ended))
		}
		made, err := a.raw("data/"+st.Category+"/"+st.Holding+f.ending, of, func(to io.Writer) error {
			for _, key := range st.Parts {
				if err := s.copyPiece(ctx, to, key+f.ending); err != nil {
					return err
				}
			}
			if !st.Missing {
				return nil
			}
			_, err := to.Write(ended)
			return err
		})
		if err != nil {
			return err
		}
		made.Holding, made.Rows = st.Holding, st.RowsDone
		c.Files = append(c.Files, made)
	}
	c.Rows += st.RowsDone
	s.show(c, st, at)
	return nil
}

// ended is the end of a stream of DEFLATE that was broken off at a whole byte:
// an empty block that is marked as the last (RFC 1951 section 3.2.4).
var ended = []byte{0x01, 0x00, 0x00, 0xff, 0xff} //nolint:gochecknoglobals // a constant in all but name

// show gives the archive's page the newest rows, the newest first.
func (s *Service) show(c *category, st step, at progress) {
	i := slices.IndexFunc(s.deps.Sources(st.Category), func(source record.Source) bool { return source.Name() == st.Holding })
	if i < 0 {
		return
	}
	slices.Reverse(at.Newest)
	of := s.deps.Sources(st.Category)[i]
	c.samples = append(c.samples, sample{title: of.Title(), fields: of.Fields(), rows: at.Newest, months: at.Months})
}
