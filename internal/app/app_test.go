package app_test

import (
	"context"
	"testing"
	"time"

	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/testkit/apptest"
)

// Nobody asks for this: the portal that starts does it.
func TestAPortalThatStartsLooksAfterItsDownloads(t *testing.T) {
	t.Parallel()
	a := apptest.New(t)
	clock, files, exec := a.Clock, a.Files, a.Exec
	person, lost, old, now := postgres.NewID(), postgres.NewID(), postgres.NewID(), clock.Now()
	oldKey, orphan := "export/"+old.String()+"/0", "export/"+postgres.NewID().String()+"/1"
	exec("insert into person (id, created_at, lang, age_band) values ($1, $2, 'en', '18+')", person, now)
	exec("insert into email_address (person_id, id, address, is_primary, verified_at) values ($1, $2, 'mara@example.com', true, $3)", person, postgres.NewID(), now)
	// One that a killed portal was building, one past its hour, a file of nobody.
	exec(`insert into export (person_id, id, asked_at, state, categories) values ($1, $2, $3, 'waiting', '{account}')`, person, lost, now.Add(-time.Hour))
	exec(`insert into export (person_id, id, asked_at, expires_at, state, categories, blob_key) values ($1, $2, $3, $3, 'ready', '{account}', $4)`, person, old, now.Add(-time.Hour), oldKey)
	exec(`insert into plan (kind, id, noted_at, due_at) values ('export', $1, $3, $3), ('export', $2, $3, $3)`, lost, old, now.Add(-time.Hour))
	must(t, files.WriteAll(t.Context(), oldKey, []byte("x"), nil))
	must(t, files.WriteAll(t.Context(), orphan, []byte("x"), nil))

	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- a.Work(ctx) }()
	done := func() bool {
		was, err := a.Exports.Find(t.Context(), person, old)
		must(t, err)
		is, err := a.Exports.Find(t.Context(), person, lost)
		must(t, err)
		swept, err := files.Exists(t.Context(), orphan)
		must(t, err)
		t.Logf("the old one is %s, the lost one %s, the orphan there: %v", was.State, is.State, swept)
		return was.State == "expired" && is.State == "ready" && !swept
	}
	for end := time.Now().Add(time.Minute); !done(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("after a minute it has not")
		}
	}
	stop()
	must(t, <-ended)
	if there, err := files.Exists(t.Context(), oldKey); err != nil || there {
		t.Errorf("the expired file is there: %v (%v)", there, err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
