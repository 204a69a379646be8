package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/mail"
	"plusultra.link/privacy/views"
)

// lettersController lets people read again what was sent to them.
type lettersController struct{ *server }

func (c *lettersController) index(ctx echo.Context) error {
	at, id := cursorOf(ctx)
	reads := c.Reads()
	found := c.Mail.ReadLetters(reads, person(ctx), mail.KeptCursor{At: at, ID: id})
	if err := reads.Send(ctx.Request().Context()); err != nil {
		return err
	}
	kept, _ := c.Register.Category("mail")
	page := views.LettersPage{Shell: c.shell(ctx, "email.lettersTitle", "email"), Keep: kept.Retention.Keep.Length()}
	for _, l := range found.Letters {
		page.Letters = append(page.Letters, c.letter(ctx, l))
	}
	if found.Next != (mail.KeptCursor{}) {
		page.Older = older("/email/letters", found.Next.At, found.Next.ID)
	}
	return render(ctx, http.StatusOK, views.Letters(page))
}

func (c *lettersController) show(ctx echo.Context) error {
	id, err := idOf(ctx)
	if err != nil {
		return err
	}
	reads := c.Reads()
	found := c.Mail.ReadLetter(reads, person(ctx), id)
	if err := reads.Send(ctx.Request().Context()); err != nil {
		return err
	}
	if len(*found) == 0 {
		return fault.New(fault.NotFound, "fault.notFound")
	}
	one := (*found)[0]
	page := views.LetterPage{Shell: c.shell(ctx, "email.lettersTitle", "email"), Letter: c.letter(ctx, one), Lang: one.Lang, Paragraphs: one.Paragraphs()}
	page.Title = page.Letter.Subject
	return render(ctx, http.StatusOK, views.LetterAgain(page))
}

func (c *lettersController) letter(ctx echo.Context, l mail.Kept) views.LetterRow {
	row := views.LetterRow{At: l.QueuedAt, Subject: l.Subject, Address: address.Show(l.Address), Href: "/email/letters/" + l.ID.String(), State: views.LetterWaits}
	if row.Subject == "" { // written before letters were kept
		f, _ := c.Register.Dictionary.Field("mail_message", "kind")
		row.Subject = c.Words.Code(ctx.Request().Context(), f, l.Kind)
	}
	switch {
	case l.SentAt != nil:
		row.State, row.At = views.LetterSent, *l.SentAt
	case l.Failure == mail.Declined:
		row.State, row.At, row.Failure = views.LetterDeclined, *l.FailedAt, c.failure(ctx, l)
	case l.FailedAt != nil:
		row.State, row.Failure = views.LetterFailed, c.failure(ctx, l)
	case l.Failure != "":
		row.State, row.Failure = views.LetterLate, c.failure(ctx, l)
	}
	return row
}

func (c *lettersController) failure(ctx echo.Context, l mail.Kept) string {
	f, _ := c.Register.Dictionary.Field("mail_message", "failure")
	return c.Words.Code(ctx.Request().Context(), f, string(l.Failure))
}
