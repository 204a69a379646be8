package account_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

// close closes an account as an erasure does when it begins.
func (b *bundle) close(email string) account.SessionOwner {
	b.t.Helper()
	person, err := b.Accounts.ByAddress(b.t.Context(), email)
	must(b.t, err)
	must(b.t, b.DB.InTx(b.t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		_, err := b.Accounts.Close(ctx, tx, person)
		return err
	}))
	return account.SessionOwner{Person: person}
}

func TestAClosedAccountLeavesNoSessionLinkOrCodeThatWorks(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin := b.person("robin@example.com", "")
	session, _ := b.session(robin, visit)
	must(t, b.Accounts.AskCode(t.Context(), robin, session.ID))
	must(t, b.Accounts.AskReset(t.Context(), "robin@example.com", visit))
	other := b.person("other@example.com", password)
	must(t, b.Accounts.AskReset(t.Context(), "other@example.com", visit))
	if n := b.count(`select count(*) from email_proof where person_id = $1`, robin); n != 2 {
		t.Fatalf("%d links and codes", n)
	}
	b.close("robin@example.com")
	if n := b.count(`select count(*) from email_proof where person_id = $1`, robin); n != 0 {
		t.Errorf("%d links and codes are left", n)
	}
	if n := b.count(`select count(*) from session where person_id = $1`, robin); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
	if n := b.count(`select count(*) from email_proof where person_id = $1`, other); n != 1 {
		t.Errorf("somebody else has %d links", n)
	}
}

func TestNothingIsWrittenToSomebodyWhoseErasureHasBegun(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.person("robin@example.com", "")
	owner := b.close("robin@example.com")
	robin, ctx := owner.Person, t.Context()
	posted := b.count(`select count(*) from mail_message`)
	session := b.count(`select count(*) from session`)
	for what, err := range map[string]error{
		"a code":         b.Accounts.AskCode(ctx, robin, robin),
		"a new password": b.Accounts.ChangePassword(ctx, robin, robin, "", "some long enough gibberish 81", visit),
		"a correction":   correct(ctx, b, robin),
		"a language":     b.Accounts.SetLang(ctx, robin, "ja"),
		"a zone":         b.Accounts.SetZone(ctx, robin, "Asia/Tokyo"),
		"ended sessions": b.Accounts.EndOthers(ctx, owner, robin),
	} {
		kind(t, what, err, fault.Conflict)
	}
	_, err := b.Accounts.StartSession(ctx, owner, visit, "")
	kind(t, "a session", err, fault.Conflict)
	must(t, b.Accounts.NoteZone(ctx, robin, "Asia/Tokyo"))
	must(t, b.Accounts.AskReset(ctx, "robin@example.com", visit)) // as to anybody
	if n := b.count(`select count(*) from mail_message`) - posted; n != 0 {
		t.Errorf("%d messages were written", n)
	}
	if n := b.count(`select count(*) from session`) - session; n != 0 {
		t.Errorf("%d sessions were begun", n)
	}
	if n := b.count(`select count(*) from email_proof where person_id = $1`, robin); n != 0 {
		t.Errorf("%d links and codes were made", n)
	}
	if n := b.count(`select count(*) from person p join profile f on f.person_id = p.id where p.id = $1 and p.lang = 'en' and p.zone = '' and f.full_name <> 'Somebody else'`, robin); n != 1 {
		t.Error("the account has changed")
	}
}

func correct(ctx context.Context, b *bundle, person uuid.UUID) error {
	_, err := b.Accounts.Correct(ctx, audit.ByPerson(person), account.Profile{PersonID: person, FullName: "Somebody else"}, "")
	return err
}

func TestNoAccountClosesWhileSomebodyKeepsAllOfThemOpen(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin := b.person("robin@example.com", "")
	ctx := t.Context()
	var directory account.Directory
	must(t, b.DB.InTx(ctx, func(inside context.Context, tx postgres.Tx) error {
		found, err := directory.ShareAll(inside, tx, []string{"robin@example.com", "nobody@example.com", robin.String()})
		if err != nil || !slices.Equal(found, []uuid.UUID{robin, uuid.Nil, robin}) {
			t.Errorf("found %v, %v", found, err)
		}
		waiting, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
		defer cancel()
		if err := b.DB.InTx(waiting, func(ctx context.Context, tx postgres.Tx) error {
			_, err := b.Accounts.Close(ctx, tx, robin)
			return err
		}); err == nil {
			t.Error("it closed")
		}
		return nil
	}))
	b.close("robin@example.com")
	must(t, b.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		for _, d := range []*account.Directory{{}, &directory} {
			if found, err := d.ShareAll(ctx, tx, []string{"robin@example.com", robin.String()}); err != nil || !slices.Equal(found, make([]uuid.UUID, 2)) {
				t.Errorf("found %v of an account that closes, %v", found, err)
			}
		}
		return nil
	}))
}
