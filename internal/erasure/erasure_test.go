package erasure_test

import (
	"strings"
	"testing"
	"time"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/erasure"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/request"
)

func TestNothingHappensBeforeTheGracePeriodIsOver(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "Mara Lindqvist")
	id := b.ask(mara)
	b.clock.Advance(erasure.DefaultGrace - time.Minute)
	must(t, b.Erasures.Run(t.Context(), id))
	if n := b.number(`select count(*) from person where id = $1 and closing_at is null`, mara); n != 1 {
		t.Error("the account is not as it was")
	}
	b.clock.Advance(time.Minute)
	b.worked(id)
	if n := b.number(`select count(*) from person where id = $1`, mara); n != 0 {
		t.Error("the account is still there")
	}
}

func TestASecondErasureCanNotBeAskedForWhileOneIsUnderWay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "Mara Lindqvist")
	b.ask(mara)
	if _, err := b.Requests.AskErasure(t.Context(), mara, ""); !fault.Is(err, fault.Conflict) {
		t.Fatalf("want a conflict, got %v", err)
	}
	if n := b.number(`select count(*) from erasure`); n != 1 {
		t.Errorf("%d erasures", n)
	}
	if n := b.number(`select count(*) from request`); n != 1 {
		t.Errorf("%d requests", n)
	}
}

func TestWhoCancelsInTimeKeepsEverythingAndMayAskAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "Mara Lindqvist")
	token, err := b.Accounts.StartSession(t.Context(), account.SessionOwner{Person: mara}, account.Visit{}, "")
	must(t, err)
	id := b.ask(mara)
	must(t, b.Requests.CancelErasure(t.Context(), mara, id))
	b.clock.Advance(2 * time.Hour)
	if err := b.Requests.CancelErasure(t.Context(), mara, id); !fault.Is(err, fault.Conflict) {
		t.Errorf("cancelling twice: %v", err)
	}
	b.worked(id)
	if _, err := b.Accounts.Session(t.Context(), token); err != nil && !fault.Is(err, fault.Unauthenticated) {
		t.Error(err)
	}
	for table, want := range map[string]int64{"person": 1, "profile": 1, "email_address": 1, "password": 1, "session": 1, "suppression": 0, "tombstone": 0} {
		if n := b.number(`select count(*) from ` + table); n != want {
			t.Errorf("%d rows in %s, want %d", n, table, want)
		}
	}
	if r := b.requestOf(id); r.State != request.Cancelled {
		t.Errorf("the request is %s", r.State)
	}
	if again := b.ask(mara); again == id {
		t.Error("the second erasure is the first")
	}
}

func TestStaffWhoRefuseInTimeStopTheErasure(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "Mara Lindqvist")
	id := b.ask(mara)
	r := b.requestOf(id)
	why := request.Refusal{Code: b.Register.RefusalsFor(r.Kind, r.Jurisdiction)[0].Code, Words: "A purchase of yours is still under way."}
	must(t, b.Requests.Refuse(t.Context(), b.officer(), r.ID, why))
	b.clock.Advance(erasure.DefaultGrace)
	b.worked(id)
	e, err := b.Erasures.Get(t.Context(), id)
	must(t, err)
	if e.State != erasure.Refused || b.number(`select count(*) from person where id = $1`, mara) != 1 {
		t.Errorf("the erasure is %s", e.State)
	}
}

func TestWhatHasBegunCanNotBeStopped(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "Mara Lindqvist")
	id := b.ask(mara)
	b.run(id)
	if err := b.Requests.CancelErasure(t.Context(), mara, id); !fault.Is(err, fault.Conflict) {
		t.Errorf("want a conflict, got %v", err)
	}
	if r := b.requestOf(id); r.State != request.Done {
		t.Errorf("the request is %s", r.State)
	}
}

func TestWhatElseThePersonAskedForIsClosedWithTheAccount(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "Mara Lindqvist")
	other, err := b.Requests.Ask(t.Context(), mara, "restriction", "Please keep it for now.")
	must(t, err)
	b.run(b.ask(mara))
	if n := b.number(`select count(*) from request where id = $1 and state = 'cancelled' and message = ''`, other.ID); n != 1 {
		t.Error("a request of somebody erased is still open, or its words are still there")
	}
}

func TestTheAddressIsSuppressedAndItsOwnerMayComeBackAsSomebodyNew(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "Mara Lindqvist")
	b.run(b.ask(mara))
	if n := b.number(`select count(*) from suppression where address_hash = $1 and topic = '*' and reason = 'erased'`, b.Consents.AddressHash("mara@example.com")); n != 1 {
		t.Error("the address is not suppressed")
	}
	if n := b.number(`select count(*) from tombstone where person_id = $1 and $2 = any(address_hashes)`, mara, b.Consents.AddressHash("mara@example.com")); n != 1 {
		t.Error("nothing tells a restored backup that she was erased")
	}
	again := b.person("mara@example.com", "Mara Lindqvist")
	if again == mara {
		t.Fatal("the new account is the old one")
	}
	if n := b.number(`select count(*) from suppression where reason = 'erased'`); n != 1 {
		t.Error("signing up again lifted the suppression")
	}
	held, err := b.Records.Overview(t.Context(), again)
	must(t, err)
	p := b.Erasures.Preview(held)
	for _, line := range p.Stays {
		if line.Category.ID == "requests" && line.Rows > 0 {
			t.Error("the new person has the old one's requests")
		}
	}
}

func TestThePreviewIsTheRegisterAppliedToWhatIsHeld(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "Mara Lindqvist")
	sold := time.Date(2024, time.March, 3, 12, 0, 0, 0, time.UTC)
	b.exec(`insert into record (person_id, category, at, id, fields, ingested_at) values ($1, 'orders', $2, 1, '{"item":"Licence"}', $2)`, mara, sold)
	held, err := b.Records.Overview(t.Context(), mara)
	must(t, err)
	p := b.Erasures.Preview(held)
	stays := map[string]erasure.Line{}
	for _, line := range p.Stays {
		stays[line.Category.ID] = line
	}
	if got := stays["orders"]; got.Rows != 1 || !got.Until.Equal(sold.AddDate(7, 0, 0)) {
		t.Errorf("orders: %d rows until %s", got.Rows, got.Until)
	}
	if got := stays["consent"]; !got.Until.Equal(p.RunsAt.AddDate(0, 24, 0)) {
		t.Errorf("consents stay until %s", got.Until)
	}
	if got, ok := stays["suppression"]; !ok || !got.Until.IsZero() {
		t.Errorf("the suppression: %v until %s", ok, got.Until)
	}
	var goes []string
	for _, line := range p.Goes {
		goes = append(goes, line.Category.ID)
	}
	if got := strings.Join(goes, " "); got != "profile mail account" && got != "profile account" {
		t.Errorf("what goes: %s", got)
	}
}
