package consent

import (
	"testing"
	"time"

	"plusultra.link/privacy/internal/register"
)

func TestTheLastWordCountsAndASuppressionIsOutspokenOnlyByItsOwner(t *testing.T) {
	t.Parallel()
	early := time.Date(2026, time.January, 1, 9, 0, 0, 0, time.UTC)
	late := early.Add(time.Hour)
	consented := register.Topic{ID: "news"}
	forAll := register.Topic{ID: "terms", DefaultOn: true}
	locked := register.Topic{ID: "security", Locked: true}
	yes := func(topic string, at time.Time, how Channel) State {
		return State{Topic: topic, Given: true, At: at, Channel: how}
	}
	no := func(topic string, at time.Time, how Channel) State {
		return State{Topic: topic, At: at, Channel: how}
	}
	listed := func(topic string, at time.Time) []suppressionRow { return []suppressionRow{{Topic: topic, At: at}} }

	for name, c := range map[string]struct {
		topic  register.Topic
		states []State
		listed []suppressionRow
		on     bool
		how    Channel
	}{
		"nothing said, consent needed":    {topic: consented},
		"nothing said, no consent needed": {topic: forAll, on: true},
		"locked, whatever was said":       {topic: locked, states: []State{no("security", late, Page), no(All, late, Page)}, listed: listed(All, late), on: true},
		"a yes":                           {topic: consented, states: []State{yes("news", early, SignUp)}, on: true, how: SignUp},
		"a no":                            {topic: forAll, states: []State{no("terms", early, OneClick)}, how: OneClick},
		"a no to everything stops what was never asked": {topic: forAll, states: []State{no(All, early, Preferences)}, how: Preferences},
		"a yes after a no to everything":                {topic: consented, states: []State{no(All, early, Page), yes("news", late, Preferences)}, on: true, how: Preferences},
		"a no to everything that was taken back":        {topic: forAll, states: []State{yes(All, late, Undo)}, on: true},
		"the same says yes to nothing":                  {topic: consented, states: []State{yes(All, late, Undo)}},
		"suppressed after the yes":                      {topic: consented, states: []State{yes("news", early, SignUp)}, listed: listed("news", late), how: Suppressed},
		"suppressed at the moment of the yes":           {topic: consented, states: []State{yes("news", late, SignUp)}, listed: listed(All, late), how: Suppressed},
		"the owner's yes after the suppression":         {topic: consented, states: []State{yes("news", late, Preferences)}, listed: listed(All, early), on: true, how: Preferences},
		"somebody else's yes after the suppression":     {topic: consented, states: []State{yes("news", late, Staff)}, listed: listed(All, early), how: Suppressed},
		"another topic's suppression":                   {topic: consented, states: []State{yes("news", early, SignUp)}, listed: listed("terms", late), on: true, how: SignUp},
		"suppressed, no consent needed":                 {topic: forAll, listed: listed(All, early), how: Suppressed},
	} {
		got := newAddressee(c.states, c.listed).about(c.topic)
		if got.On != c.on || got.Channel != c.how {
			t.Errorf("%s: on %v by %q, want %v by %q", name, got.On, got.Channel, c.on, c.how)
		}
		if (got.Channel == "") != got.Since.IsZero() {
			t.Errorf("%s: since %v by %q", name, got.Since, got.Channel)
		}
	}
}
