package consent

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/postgres"
)

// Refusers are those of people of whom no rows of a category may be taken in
// any more: they have said no to what that rests on, be it each of its purposes
// or its transfer, or are too young to say yes and no guardian has. One round trip,
// and none for a category that rests on nothing that anybody may refuse. Who has said
// nothing here, and is of age, may have agreed where the rows come from. It says why:
// TooYoung where nothing but that keeps them out, else Said.
func (s *Service) Refusers(ctx context.Context, tx postgres.Tx, category string, people []uuid.UUID) (map[uuid.UUID]Why, error) {
	c, _ := s.deps.Register.Category(category)
	groups := s.deps.Register.Rests(c)
	against := map[uuid.UUID]Why{}
	if len(groups) == 0 {
		return against, nil
	}
	r := tx.Reads()
	refused, youths := readRefusals(r, people, slices.Concat(groups...)), s.readHeld(r, people)
	if err := r.Send(ctx); err != nil {
		return nil, err
	}
	for _, person := range people {
		known := newAddressee((*refused)[person], nil)
		if known.young = (*youths)[person]; known.young == nil && len(known.states) == 0 {
			continue
		}
		known.person = person
		for _, group := range groups {
			if why := s.refusedAll(known, group); why != "" && against[person] != Said {
				against[person] = why
			}
		}
	}
	return against, nil
}

// refusedAll is why none of topics may be gone by; empty if one may.
func (s *Service) refusedAll(known addressee, topics []string) Why {
	why := Said
	for _, topic := range topics {
		t, _ := s.deps.Register.Topic(topic) // which names it
		switch a := known.answer(t); {
		case !a.refused():
			return ""
		case a.Why == TooYoung:
			why = TooYoung
		}
	}
	return why
}
