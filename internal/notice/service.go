package notice

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/document"
	"plusultra.link/privacy/internal/jobs"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/views/text"
)

// Deps are what the service stands on.
type Deps struct {
	DB       *postgres.DB
	Policy   *Policy
	Register *register.Register
	Catalog  *text.Catalog
	Log      *slog.Logger
	Now      func() time.Time
	Plans    *jobs.Plans
	// Lapse lets yeses to topics that were said before a moment count no more, some at
	// once, and tells how many there were.
	Lapse func(ctx context.Context, tx postgres.Tx, topics []string, before time.Time, limit int) (int, error)
}

// Service is what is promised about the policy.
type Service struct{ deps Deps }

// New makes a service.
func New(d Deps) *Service {
	s := &Service{d}
	d.Plans.Register(s.work())
	return s
}

// Today is the day at the office, by which versions come into force.
func (s *Service) Today() deadline.Day { return deadline.DayOf(s.deps.Now(), s.deps.Catalog.Office()) }

// TakeIn takes what the folder has and is new here in as drafts, with the lists of
// today's register, and a draft of today's lists where the version published last
// says something else. At the first start of all, what is in force by its day is so at
// once: there is always a policy. Safe to call twice, and in two portals at once.
func (s *Service) TakeIn(ctx context.Context) error {
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := lockVersions(ctx, tx); err != nil {
			return err
		}
		newest, known, err := readStored(ctx, tx)
		if err != nil {
			return err
		}
		drafts := []string{}
		for _, w := range s.deps.Policy.versions {
			d, err := s.draft(ctx, w)
			if err != nil {
				return err
			}
			if old, ok := known[w.ID]; ok && old.State != Draft {
				if old.State == Published && string(old.Prose) != string(d.Prose) {
					s.deps.Log.Warn("the policy's folder says something else than what was published under its name, which stays: give the new text a folder of its own", "version", w.ID)
				}
				continue
			}
			if err := upsertDraft(ctx, tx, d); err != nil {
				return err
			}
			drafts = append(drafts, w.ID)
		}
		if newest == "" {
			return s.first(ctx, tx)
		}
		if lists := s.listed(ctx, known[newest]); lists != nil {
			if err := upsertDraft(ctx, tx, *lists); err != nil {
				return err
			}
			drafts = append(drafts, lists.ID)
		}
		return deleteDrafts(ctx, tx, drafts)
	})
}

// first publishes what is in force at the first start; if nothing is yet, the
// version that will be soonest.
func (s *Service) first(ctx context.Context, tx postgres.Tx) error {
	now := s.deps.Now()
	all := s.deps.Policy.versions
	for i, w := range all {
		if w.Effective.After(s.Today()) && i+1 < len(all) {
			continue
		}
		err := updateVersion(ctx, tx, Version{ID: w.ID, State: Published, Effective: w.Effective, Renews: []string{}, PublishedAt: &now})
		if err != nil {
			return err
		}
	}
	return nil
}

// draft is a version of the folder with today's lists.
func (s *Service) draft(ctx context.Context, w Written) (stored, error) {
	prose, err := json.Marshal(w.documents) // maps are written in the order of their keys
	if err != nil {
		return stored{}, err
	}
	hash := sha256.Sum256(prose)
	d := stored{Prose: hash[:], Said: map[string]Reading{}}
	d.ID, d.Effective, d.Changes, d.rests, d.DraftedAt = w.ID, w.Effective, w.Changes, s.rests(), s.deps.Now()
	for lang, doc := range w.documents {
		d.Said[lang] = s.lists(ctx, lang).read(doc)
	}
	return d, nil
}

// listed is a draft of a version's prose with today's lists; nil if they are its own.
func (s *Service) listed(ctx context.Context, current stored) *stored {
	d := stored{Prose: current.Prose, Said: map[string]Reading{}}
	d.Effective, d.rests, d.DraftedAt, d.Changes = current.Effective, s.rests(), s.deps.Now(), document.Text{}
	for lang, reading := range current.Said {
		d.Said[lang] = s.lists(ctx, lang).again(reading)
		d.Changes[lang] = text.T(s.deps.Catalog.Into(ctx, lang), "policy.listsChanged")
	}
	was, err := json.Marshal(current.Said)
	is, err2 := json.Marshal(d.Said)
	if err != nil || err2 != nil || string(was) == string(is) {
		return nil
	}
	hash := sha256.Sum256(is)
	d.ID = current.ID + "-" + hex.EncodeToString(hash[:3])
	return &d
}

// rests are what rests on a yes by today's register.
func (s *Service) rests() map[string]rest {
	all := map[string]rest{}
	for _, t := range s.deps.Register.Topics {
		if t.Locked {
			continue
		}
		r := rest{Wording: document.Text{}}
		for lang := range t.Name {
			r.Wording[lang] = t.Name.In(lang) + "\n" + t.Summary.In(lang)
		}
		if p, ok := s.deps.Register.Purpose(t.Purpose); ok {
			r.Yes = s.deps.Register.Basis(p.Basis).Can == register.Withdraw
		}
		for _, transfer := range s.deps.Register.Transfers {
			r.Yes = r.Yes || transfer.Topic == t.ID && transfer.Withdrawable
		}
		all[t.ID] = r
	}
	return all
}

// ReadPublished are all published versions, the newest first, without what they say.
func (*Service) ReadPublished(r *postgres.Reads) *[]Version {
	return readVersions(r, "where state = 'published' order by effective desc")
}

// ReadSaid is what a version says in a language, or, without an id, the one in
// force. It is nil if there is none.
func (s *Service) ReadSaid(r *postgres.Reads, id, lang string) **Reading {
	return readReading(r, s.Today(), id, lang)
}

// ReadBefore is what a version is to be compared with, in a language: of a published
// one that which was published for before it, of any other the one published last,
// which it can only follow. It is nil if there is none.
func (*Service) ReadBefore(r *postgres.Reads, id, lang string) **Reading {
	return readBefore(r, id, lang)
}

// Newest is the one of the versions, the newest first, that is published last: in
// force, or announced.
func Newest(all []Version) (Version, bool) {
	at := slices.IndexFunc(all, func(v Version) bool { return v.State == Published })
	if at < 0 {
		return Version{}, false
	}
	return all[at], true
}

// Current is the one of the published versions, the newest first, that is in force;
// before there was any, the first.
func (s *Service) Current(published []Version) (Version, bool) {
	today := s.Today()
	for _, v := range published {
		if !v.Effective.After(today) {
			return v, true
		}
	}
	if len(published) == 0 {
		return Version{}, false
	}
	return published[len(published)-1], true
}

// ReadNews is the newest version where whoever has a session has not seen it, and
// none otherwise.
func (*Service) ReadNews(r *postgres.Reads, tokenHash []byte) *[]News { return readNews(r, tokenHash) }

// Saw notes that somebody saw a published version in a language: the first time of
// each is kept. Of somebody who is being erased nothing is noted.
func (s *Service) Saw(ctx context.Context, person uuid.UUID, version, lang string, how Seen) error {
	return insertView(ctx, s.deps.DB.Pool, view{person, postgres.NewID(), version, lang, how, s.deps.Now()})
}

// Joined notes in tx that somebody was shown the version in force before their
// account began.
func (s *Service) Joined(ctx context.Context, tx postgres.Tx, person uuid.UUID, lang string) error {
	id, err := findInForce(ctx, tx, s.Today())
	if err != nil || id == "" {
		return err
	}
	return insertView(ctx, tx.PGX, view{person, postgres.NewID(), id, lang, AtSignUp, s.deps.Now()})
}
