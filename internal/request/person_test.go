package request_test

import (
	"context"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/request"
)

var reference = regexp.MustCompile(`^R-[2-9A-HJKMNP-TW-Z]{6}$`)

func TestARequestIsFiledConfirmedByMailAndOnRecord(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "ja", "SE", "")
	r := b.ask(mara, "rectification")
	if !reference.MatchString(r.Reference) || r.State != request.Open {
		t.Errorf("filed as %s in state %s", r.Reference, r.State)
	}
	events, err := b.timeline(mara, r.ID)
	must(t, err)
	if len(events) != 1 || events[0].Kind != request.Received || events[0].ActorKind != "person" {
		t.Errorf("history: %+v", events)
	}
	letter := b.letter("mara@example.com", "お申し出を受け付けました")
	for _, part := range []string{r.Reference, "2026年2月16日", "https://privacy.example.com/requests/" + r.ID.String()} {
		if !strings.Contains(letter.Text, part) {
			t.Errorf("the confirmation lacks %q:\n%s", part, letter.Text)
		}
	}
	if b.audited("request.received", mara) != 1 {
		t.Error("it is not in the audit log")
	}
	mine, err := b.mine(mara)
	must(t, err)
	if len(mine) != 1 || mine[0].Message != "" { // a list shows no words
		t.Fatalf("mine: %+v", mine)
	}
	if one, err := b.requests.Get(t.Context(), mara, mine[0].ID); err != nil || one.Message != "My street is wrong." {
		t.Errorf("mine: %+v, %v", one, err)
	}
}

func TestSomebodyElsesRequestIsNotThere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara, eve := b.person("mara@example.com", "en", "SE", ""), b.person("eve@example.com", "en", "SE", "")
	r := b.ask(mara, "rectification")
	_, err := b.requests.Get(t.Context(), eve, r.ID)
	wants(t, err, fault.NotFound)
	_, err = b.timeline(eve, r.ID)
	wants(t, err, fault.NotFound)
	wants(t, b.requests.Say(t.Context(), eve, r.ID, "hello"), fault.NotFound)
	wants(t, b.requests.Cancel(t.Context(), eve, r.ID), fault.NotFound)
	mine, err := b.mine(eve)
	must(t, err)
	if len(mine) != 0 {
		t.Errorf("she sees %+v", mine)
	}
}

func TestOnlyWhatTheLawGivesIsOffered(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ken := b.person("ken@example.com", "ja", "JP", "")
	_, err := b.requests.Ask(t.Context(), ken, "shine-the-light", "please")
	wantsField(t, err, "kind", "request.kindMissing")
	_, err = b.requests.Ask(t.Context(), ken, "nonsense", "please")
	wantsField(t, err, "kind", "request.kindMissing")
	_, err = b.requests.Ask(t.Context(), ken, "rectification", " \n ")
	wantsField(t, err, "message", "request.messageMissing")
	_, err = b.requests.Ask(t.Context(), ken, "rectification", strings.Repeat("あ", 4001))
	wantsField(t, err, "message", "input.long")
	offered, law, err := b.requests.Offered(t.Context(), ken)
	must(t, err)
	for _, k := range offered {
		if k.ID == "shine-the-light" || k.ID == "minor-posts" {
			t.Errorf("%s is offered under %s", k.ID, law.ID)
		}
	}
}

func TestAnOpenRequestCanBeAddedToAndWithdrawnOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en", "SE", "")
	r := b.ask(mara, "objection")
	must(t, b.requests.Say(t.Context(), mara, r.ID, "One more thing."))
	must(t, b.requests.Cancel(t.Context(), mara, r.ID))
	wants(t, b.requests.Cancel(t.Context(), mara, r.ID), fault.Conflict)
	wants(t, b.requests.Say(t.Context(), mara, r.ID, "And another."), fault.Conflict)
	kept, err := b.requests.Get(t.Context(), mara, r.ID)
	must(t, err)
	if kept.State != request.Cancelled || kept.ClosedAt == nil {
		t.Errorf("%+v", kept)
	}
	b.letter("mara@example.com", "is withdrawn")
}

func TestAnErasureBeginsByItselfCanBeStoppedAndEndsDone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en", "SE", "")
	r, err := b.requests.AskErasure(t.Context(), mara, "")
	must(t, err)
	if r.State != request.Approved || r.ErasureID == nil || len(b.erasures.scheduled) != 1 {
		t.Fatalf("%+v", r)
	}
	if letter := b.letter("mara@example.com", "will be deleted on"); !strings.Contains(letter.Text, "22 January 2026 03:00 MST") {
		t.Errorf("it does not say when:\n%s", letter.Text)
	}
	must(t, b.requests.CancelErasure(t.Context(), mara, *r.ErasureID))
	if len(b.erasures.cancelled) != 1 {
		t.Error("the erasure goes on")
	}

	second, err := b.requests.AskErasure(t.Context(), mara, "")
	must(t, err)
	b.erasures.running = true
	wants(t, b.requests.Cancel(t.Context(), mara, second.ID), fault.Conflict)
	for range 2 { // the job may be worked twice
		must(t, b.db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
			return b.requests.ErasureDone(t.Context(), tx, *second.ErasureID)
		}))
	}
	kept, err := b.requests.Get(t.Context(), mara, second.ID)
	must(t, err)
	events, err := b.timeline(mara, second.ID)
	must(t, err)
	if kept.State != request.Done || kept.ClosedAt == nil || len(events) != 3 || events[2].Kind != request.WasDone {
		t.Errorf("%+v\n%+v", kept, events)
	}
}

func TestACopyAnswersTheRequestsForOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en", "SE", "")
	access, err := b.requests.Ask(t.Context(), mara, "access", "")
	must(t, err)
	other := b.ask(mara, "objection")
	b.letter("mara@example.com", "being put together")
	ready := func(asked time.Time) {
		must(t, b.db.InTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
			return b.requests.CopyReady(t.Context(), tx, mara, asked)
		}))
	}
	ready(b.clock.Now().Add(-time.Minute)) // asked for before the request was made
	access, err = b.requests.Get(t.Context(), mara, access.ID)
	must(t, err)
	if access.State != request.Open {
		t.Errorf("an older copy made it %s", access.State)
	}
	ready(b.clock.Now())
	access, err = b.requests.Get(t.Context(), mara, access.ID)
	must(t, err)
	other, err = b.requests.Get(t.Context(), mara, other.ID)
	must(t, err)
	if access.State != request.Done || other.State != request.Open {
		t.Errorf("the copy is %s, the objection %s", access.State, other.State)
	}
}

func TestNobodyFilesWithoutEnd(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en", "SE", "")
	for range 20 {
		b.ask(mara, "question")
	}
	_, err := b.requests.Ask(t.Context(), mara, "question", "one more")
	wants(t, err, fault.Conflict)
}

func TestAReferenceIsFoundHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"R-7KQ2M9": "R-7KQ2M9", " r-7kq2m9 ": "R-7KQ2M9", "7KQ2M9": "R-7KQ2M9", "r 7kq 2m9": "R-7KQ2M9",
		"RABC23": "R-RABC23", "RRABC23": "R-RABC23",
		"R-7KQ2M0": "", "R-7KQ2M": "", "": "", "mara@example.com": "",
	} {
		if got, ok := request.NormalReference(typed); got != want || ok != (want != "") {
			t.Errorf("%q is read as %q", typed, got)
		}
	}
}

func TestDaysAreReadAtTheOffice(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.clock.Advance(-5 * time.Hour) // five in the morning, UTC
	if want := deadline.On(2026, 1, 14); b.requests.Today() != want {
		t.Errorf("today is %s", b.requests.Today())
	}
}

func TestTwentyOneAtOnceAreTwentyAndARefusal(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mara := b.person("mara@example.com", "en", "SE", "")
	var posts sync.WaitGroup
	faults := make([]error, 26)
	for i := range faults {
		posts.Go(func() { _, faults[i] = b.requests.Ask(t.Context(), mara, "question", "At once.") })
	}
	posts.Wait()
	filed := 0
	for _, err := range faults {
		if err == nil {
			filed++
		} else if !fault.Is(err, fault.Conflict) {
			t.Errorf("one too many: %v", err)
		}
	}
	if filed != 20 {
		t.Errorf("%d were filed", filed)
	}
}
