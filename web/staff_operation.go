package web

import (
	"encoding/hex"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/operation"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/views"
)

// staffOperationController is how the portal does, for who looks after it.
type staffOperationController struct{ *server }

func (c *staffOperationController) show(ctx echo.Context) error {
	f, err := c.Operation.Read(ctx.Request().Context())
	if err != nil {
		return err
	}
	page := views.StaffOperationPage{
		Shell: c.staffShell(ctx, "operation.title", "staffOperation"), At: f.At, Ceiling: postgres.CountedTo,
		Mail:   views.OperationMail{Waiting: views.OperationTally(*f.Mail.Waiting), NoKey: f.Mail.NoKey.Number},
		Copies: views.OperationTally(*f.Exports.UnderWay), Files: filesState(f.Files), Journal: views.OperationTally(*f.Journal), Restored: *f.Restored, Jobs: jobsPath + "/",
		Schema: views.OperationSchema(*f.Schema), Used: f.Connections.Used, Most: f.Connections.Most,
	}
	if f.Clock.Is() {
		page.Leap = f.Clock.From.Format(time.RFC3339Nano)
	}
	for _, p := range f.Problems() {
		page.Problems = append(page.Problems, views.OperationProblem{Code: string(p.Code), Number: p.Number, Since: p.Since})
	}
	for _, w := range f.Work {
		page.Work = append(page.Work, views.OperationWork{Kind: w.Kind, Waiting: w.Waiting, Running: w.Running, Retrying: w.Retrying, Failed: w.Failed, Oldest: w.Oldest})
	}
	for _, m := range *f.Mail.Delayed {
		page.Mail.Delayed = append(page.Mail.Delayed, views.OperationTrouble{Why: string(m.Why), Number: m.Number, At: m.At})
	}
	for _, m := range *f.Mail.Failed {
		page.Mail.Failed = append(page.Mail.Failed, views.OperationTrouble{Why: string(m.Why), Number: m.Number, At: m.At})
	}
	for _, k := range f.Keys {
		page.Keys = append(page.Keys, views.OperationKey{ID: hex.EncodeToString(k.ID[:]), Does: keyUse(k)})
	}
	for _, s := range f.Standbys {
		page.Standbys = append(page.Standbys, standby(s))
	}
	return render(ctx, http.StatusOK, views.StaffOperation(page))
}

// jobsPath is where the queue's own pages are.
type clockForm struct {
	Seen string `form:"seen" text:"none"`
}

// clock lets what can't be undone go on after the clock leapt.
func (c *staffOperationController) clock(ctx echo.Context) error {
	form, err := bind[clockForm](ctx)
	if err != nil {
		return err
	}
	seen, _ := time.Parse(time.RFC3339Nano, form.Seen) // one that is none was never seen
	if err := c.Operation.TrustClock(ctx.Request().Context(), audit.ByStaff(member(ctx).ID), seen); err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/operation", "operation.clockTrusted")
}

const jobsPath = "/staff/jobs"

// index is the queue's own pages, which bring their scripts along.
func (c *staffOperationController) index(ctx echo.Context) error {
	ctx.Response().Header().Set("Cache-Control", "no-store")
	c.queuePages.ServeHTTP(unkept{ctx.Response()}, ctx.Request())
	return nil
}

func filesState(f operation.Files) views.FilesState {
	switch {
	case !f.Configured:
		return views.FilesNone
	case f.Away != nil:
		return views.FilesAway
	}
	return views.FilesAnswers
}

func keyUse(k keyring.Key) views.KeyUse {
	switch {
	case k.First:
		return views.KeyCurrent
	case k.VerifyOnly:
		return views.KeyVerify
	}
	return views.KeyOpens
}

func standby(s postgres.Standby) views.OperationStandby {
	return views.OperationStandby{Name: s.Name, Hidden: s.Hidden, Synchronous: s.Synchronous, Lag: s.Lag, Bytes: s.Bytes}
}

// unkept keeps the header that nothing is to be kept, whatever its handler
// thinks of its files.
type unkept struct{ http.ResponseWriter }

// Unwrap lets a ResponseController find the connection.
func (u unkept) Unwrap() http.ResponseWriter { return u.ResponseWriter }

// WriteHeader writes the headers.
func (u unkept) WriteHeader(code int) {
	u.Header().Set("Cache-Control", "no-store")
	u.ResponseWriter.WriteHeader(code)
}
