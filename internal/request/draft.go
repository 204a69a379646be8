package request

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/limit"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/register"
)

// DraftLife is how long what was asked without an account waits for its address to be
// proved.
const DraftLife = 24 * time.Hour

// draftsTo is apart from what else is mailed to an address: no flood of sign-ups keeps
// anybody from asking.
var draftsTo = limit.Rule{Name: "request to address", Max: 5, Window: time.Hour} //nolint:gochecknoglobals // a constant in all but name

// Draft is what somebody asks for without an account. Nothing is kept of it but sealed,
// and not for longer than DraftLife, until its address is proved.
type Draft struct {
	Email           string
	Country, Region string // where they say that they live: the law of that place
	Kind            string
	Message         string
}

// sealedDraft is a draft with how its address is written and the language it was asked in.
type sealedDraft struct {
	Draft
	Spelling, Lang string
}

const draftSeal = "request-draft"

// OfferedIn are the kinds of requests that the law of a place gives those who live
// there, and that law. A place that is not known has the strictest.
func (s *Service) OfferedIn(country, region string) ([]register.RequestKind, register.Jurisdiction) {
	law := s.deps.Register.Jurisdiction(country, region, s.Today())
	return s.under(law), law
}

// offeredIn is the kind of a draft, if the law of its place offers it.
func (s *Service) offeredIn(d Draft) (register.RequestKind, register.Jurisdiction, fault.Problems) {
	law := s.deps.Register.Jurisdiction(d.Country, d.Region, s.Today())
	k, ok := s.deps.Register.RequestKind(d.Kind)
	if !ok || !k.OfferedIn(law) {
		return k, law, fault.Problems{fault.Field("kind", "request.kindMissing")}
	}
	return k, law, nil
}

// ClockIn is what a draft is for, under which law, and by when it has to be answered if
// it is filed now. Invalid for a kind that the law of its place offers no more.
func (s *Service) ClockIn(d Draft) (register.RequestKind, register.Jurisdiction, deadline.Date, error) {
	k, law, ps := s.offeredIn(d)
	if len(ps) > 0 {
		return k, law, deadline.Date{}, fault.Invalidate(ps...)
	}
	due, err := s.clock(k, law)
	return k, law, due, err
}

// AskByMail keeps what somebody asks for who is not signed in, and mails them the link
// that files it. Nobody learns whether the address is known: the work and the answer are
// the same. Invalid for an address that is none, a kind that the law of the place does not
// offer, or words that say nothing.
func (s *Service) AskByMail(ctx context.Context, d Draft, from account.Visit) error {
	if ps := account.CheckPlace(d.Country, d.Region); len(ps) > 0 {
		return fault.Invalidate(ps...)
	}
	k, _, ps := s.offeredIn(d)
	message, bad := readWords("message", d.Message, len(ps) == 0 && NeedsMessage(k, false), "request.messageMissing")
	if ps = append(ps, bad...); len(ps) > 0 {
		return fault.Invalidate(ps...)
	}
	to, ok, err := s.deps.Accounts.WritableBy(ctx, d.Email, from, draftsTo)
	if err != nil || !ok {
		return err
	}
	d.Email, d.Message = to.Email, message
	token, hash := keyring.NewToken()
	plain, err := json.Marshal(sealedDraft{d, to.Spelling, to.Lang})
	if err != nil {
		return err
	}
	row := draftRow{TokenHash: hash, ExpiresAt: s.deps.Now().Add(DraftLife)}
	if row.Sealed, err = s.deps.Ring.Seal(draftSeal, hash, plain); err != nil {
		return err
	}
	return s.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := insertDraft(ctx, tx, row); err != nil {
			return err
		}
		// Without their words: whoever typed the address could have us send them to a stranger.
		return s.deps.Mail.Post(ctx, tx, mail.Recipient{Address: to.Spelling, Lang: to.Lang}, mail.Message{
			Kind: "requestProve", Topic: "account-verification", Link: s.deps.BaseURL + "/ask/" + token,
			Args: map[string]string{"Kind": k.Name.In(to.Lang)},
		})
	})
}

// ReadDraft is what a mailed link files, and changes nothing. Gone if it has been filed
// or has lapsed.
func (s *Service) ReadDraft(ctx context.Context, token string) (Draft, error) {
	d, err := s.openDraft(ctx, token)
	return d.Draft, err
}

func (s *Service) openDraft(ctx context.Context, token string) (d sealedDraft, err error) {
	row, err := findDraft(ctx, s.deps.DB.Gorm(ctx), keyring.TokenHash(token), s.deps.Now())
	if err != nil {
		return d, err
	}
	plain, err := s.deps.Ring.Open(draftSeal, row.TokenHash, row.Sealed)
	if err != nil {
		return d, fmt.Errorf("a draft of a request: %w", err)
	}
	return d, json.Unmarshal(plain, &d)
}

// FileDraft files what a mailed link is for, once: for the person who has proved the
// address, by the law of where their account says that they live, or for a visitor who
// just has, by that of the place that they said. It tells whether they have an account. sure is their second word, without which nobody is
// erased. Gone if the link has been used or has lapsed; the link survives every other
// refusal.
func (s *Service) FileDraft(ctx context.Context, token string, sure bool) (r Request, joined bool, err error) {
	d, err := s.openDraft(ctx, token)
	if err != nil {
		return r, false, err
	}
	k, law, ps := s.offeredIn(d.Draft)
	if len(ps) == 0 && k.Deed == register.Erases && !sure {
		ps = fault.Problems{fault.Field("sure", "request.sureMissing")}
	}
	if len(ps) > 0 {
		return r, false, fault.Invalidate(ps...)
	}
	who := account.Visitor{Email: d.Email, Spelling: d.Spelling, Lang: d.Lang, Country: d.Country, Region: d.Region}
	file := func(ctx context.Context, tx postgres.Tx) error {
		if err := deleteDraft(ctx, tx, keyring.TokenHash(token)); err != nil {
			return err
		}
		var id uuid.UUID
		if id, joined, err = s.deps.Accounts.Admit(ctx, tx, who); err != nil {
			return err
		}
		here := law
		if joined {
			home, err := s.deps.Accounts.ProfileIn(ctx, tx, id)
			if err != nil {
				return err
			}
			if here = s.deps.Register.Jurisdiction(home.Country, home.Region, s.Today()); !k.OfferedIn(here) {
				return fault.Invalidate(fault.Field("kind", "request.kindMissing"))
			}
		}
		if r, err = s.fresh(id, k, here, d.Message); err != nil {
			return err
		}
		r.Channel = ByForm
		return s.enter(ctx, tx, k, &r, nil)
	}
	err = s.deps.DB.InTx(ctx, file)
	if errors.Is(err, account.ErrTaken) { // two links of one address, the other used just now
		err = s.deps.DB.InTx(ctx, file)
	}
	return r, joined, err
}

// Sweep deletes drafts whose address nobody proved.
func (s *Service) Sweep(ctx context.Context) error {
	return deleteLapsed(ctx, s.deps.DB.Pool, s.deps.Now())
}

// Without are those of these people of whose requests none is kept any more.
func (s *Service) Without(ctx context.Context, people []uuid.UUID) ([]uuid.UUID, error) {
	return withoutRequests(ctx, s.deps.DB.Pool, people)
}

// WithoutIn tells whether none of a person's is kept any more, whom tx holds.
func (*Service) WithoutIn(ctx context.Context, tx postgres.Tx, person uuid.UUID) (bool, error) {
	gone, err := withoutRequests(ctx, tx.PGX, []uuid.UUID{person})
	return len(gone) == 1, err
}
