package mail

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/postgres"
)

// Blank stands where a code was.
const Blank = "••••••"

// keep puts into a row what its person can read again. What acts is not kept:
// neither the link of a button nor a code, so who reads old letters can do no
// more than read them.
func (s *Service) keep(ctx context.Context, row *messageRow, to Recipient, m Message) {
	if to.Owner == uuid.Nil || strings.HasPrefix(m.Kind, "staff") {
		return
	}
	acts := []string{}
	for _, value := range append([]string{m.Link}, values(m.Secrets)...) {
		if value != "" {
			acts = append(acts, value, Blank)
		}
	}
	e := s.envelope(ctx, row.ID, to.Lang, m)
	parts := append([]string{e.Letter.Heading}, e.Letter.Paragraphs...)
	facts := make([]string, len(e.Letter.Facts))
	for i, f := range e.Letter.Facts {
		facts[i] = f.Name + e.Letter.Joint + f.Value
	}
	if len(facts) > 0 {
		parts = append(parts, strings.Join(facts, "\n"))
	}
	blank := strings.NewReplacer(acts...)
	row.Address, row.Subject, row.Words = to.Address, blank.Replace(e.Subject), blank.Replace(strings.Join(parts, "\n\n"))
}

func values(m map[string]string) (all []string) {
	for _, v := range m {
		all = append(all, v)
	}
	return all
}

// Kept is a letter that its person can read again.
type Kept struct {
	ID       uuid.UUID
	Kind     string
	Address  string // it went there, whoever's it is now
	Subject  string
	Words    string // empty in a list
	Lang     string
	QueuedAt time.Time
	SentAt   *time.Time
	FailedAt *time.Time // given up
	Failure  Failure
}

// KeptCursor is the letter after which a page begins; zero for the latest.
type KeptCursor struct {
	At time.Time
	ID uuid.UUID
}

// KeptPage is some letters, the latest first; Next is zero on the last page.
type KeptPage struct {
	Letters []Kept
	Next    KeptCursor
}

const keptPerPage = 30

// ReadLetters adds the letters to a person, without their words.
func (*Service) ReadLetters(r *postgres.Reads, person uuid.UUID, after KeptCursor) *KeptPage {
	rows, page := readKept(r, person, after, keptPerPage+1), &KeptPage{}
	r.Then(func(*postgres.Reads) error {
		page.Letters = (*rows)[:min(keptPerPage, len(*rows))]
		if len(*rows) > keptPerPage {
			last := page.Letters[keptPerPage-1]
			page.Next = KeptCursor{At: last.QueuedAt, ID: last.ID}
		}
		return nil
	})
	return page
}

// ReadLetter adds one letter to a person, with its words; none if it is not
// theirs.
func (*Service) ReadLetter(r *postgres.Reads, person, id uuid.UUID) *[]Kept {
	return readOneKept(r, person, id)
}

// Paragraphs are the words of a letter; where it was written before letters were
// kept, none.
func (k Kept) Paragraphs() []string {
	if k.Words == "" {
		return nil
	}
	return strings.Split(k.Words, "\n\n")
}
