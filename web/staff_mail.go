package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/internal/operation"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
)

// staffMailController is the mail that does not go, for who looks after it.
type staffMailController struct{ *server }

const stuckMailPath = "/staff/operation/mail"

// stuckForm says which letters are meant, and of those that are given up why.
type stuckForm struct {
	Domain  string `form:"domain" text:"none"`
	Why     string `form:"why" text:"none"`
	Letter  string `form:"letter" text:"none"` // owner and id; empty: all
	Because string `form:"because" text:"none"`
}

func (f stuckForm) which() mail.Which {
	w := mail.Which{Domain: f.Domain, Why: mail.Failure(f.Why)}
	owner, id, one := strings.Cut(f.Letter, ".")
	if !one {
		return w
	}
	w.Owner, _ = uuid.Parse(owner)
	var err error
	if w.ID, err = uuid.Parse(id); err != nil {
		w.Why = "none" // of an address that is none of ours: no letter is meant, and never all
	}
	return w
}

// at is the page of these letters.
func (f stuckForm) at() string {
	q := url.Values{"domain": {f.Domain}, "why": {f.Why}}
	if f.Letter != "" {
		q.Set("letter", f.Letter)
	}
	return stuckMailPath + "/letters?" + q.Encode()
}

func (c *staffMailController) index(ctx echo.Context) error {
	reads := c.Reads()
	desk := c.Operation.ReadMail(reads)
	came := c.Inbound.ReadTallies(reads, c.Now().Add(-operation.Lately))
	if err := reads.Send(ctx.Request().Context()); err != nil {
		return err
	}
	page := views.StaffMailPage{Shell: c.staffShell(ctx, "operation.mailTitle", "staffOperation"), At: c.Now()}
	for _, s := range *desk.Waiting {
		page.Waiting = append(page.Waiting, views.StuckMail{
			Domain: s.Domain, Why: string(s.Why), Number: s.Number, At: s.First, Next: s.Next, Href: stuckForm{Domain: s.Domain, Why: string(s.Why)}.at(),
		})
	}
	for _, s := range *desk.GivenUp {
		page.GivenUp = append(page.GivenUp, views.StuckMail{Domain: s.Domain, Why: string(s.Why), Number: s.Number, At: s.First})
	}
	for _, s := range *desk.Slowed {
		page.Slowed = append(page.Slowed, views.SlowDomain(s))
	}
	for _, t := range *came {
		page.Came = append(page.Came, views.CameIn{Outcome: string(t.Outcome), Number: t.Number, Last: t.Last})
	}
	return render(ctx, http.StatusOK, views.StaffMail(page))
}

func (c *staffMailController) letters(ctx echo.Context) error {
	r := ctx.Request().Context()
	asked := stuckForm{Domain: ctx.QueryParam("domain"), Why: ctx.QueryParam("why"), Letter: ctx.QueryParam("letter")}
	_, problems, _, err := recall[stuckForm](ctx)
	if err != nil {
		return err
	}
	reads := c.Reads()
	letters := c.Mail.ReadStuck(reads, asked.which())
	if err := reads.Send(r); err != nil {
		return err
	}
	page := views.StaffLettersPage{
		Shell: c.staffShell(ctx, "operation.lettersTitle", "staffOperation"), Domain: asked.Domain, Why: asked.Why, Letter: asked.Letter, At: asked.at(), Problems: words(ctx, problems),
	}
	for _, b := range operation.BecauseOf() {
		page.Because = append(page.Because, string(b))
	}
	f, _ := c.Register.Dictionary.Field("mail_message", "kind")
	for _, l := range *letters {
		one := views.StuckLetter{Kind: c.Register.Say(f, l.Kind, text.Lang(r)), Written: l.Queued, Next: l.Next, Tries: l.Tries}
		if asked.Letter == "" {
			one.Href = stuckForm{Domain: asked.Domain, Why: asked.Why, Letter: l.Owner.String() + "." + l.ID.String()}.at()
		}
		if l.Owner != uuid.Nil && !strings.HasPrefix(l.Kind, "staff") {
			one.Person = "/staff/people/" + l.Owner.String()
		}
		page.Letters = append(page.Letters, one)
	}
	return render(ctx, http.StatusOK, views.StaffLetters(page))
}

func (c *staffMailController) retry(ctx echo.Context) error {
	form, err := bind[stuckForm](ctx)
	if err != nil {
		return err
	}
	if _, err := c.Operation.RetryMail(ctx.Request().Context(), audit.ByStaff(member(ctx).ID), form.which()); err != nil {
		return err
	}
	return c.redirect(ctx, stuckMailPath, "operation.mailRetried")
}

func (c *staffMailController) drop(ctx echo.Context) error {
	form, err := bind[stuckForm](ctx)
	if err != nil {
		return err
	}
	_, err = c.Operation.DropMail(ctx.Request().Context(), audit.ByStaff(member(ctx).ID), form.which(), operation.Because(form.Because))
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, form.at(), form, problems)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, stuckMailPath, "operation.mailDropped")
}
