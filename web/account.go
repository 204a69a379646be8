package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

type accountController struct{ *server }

type signUpForm struct {
	Email   string   `form:"email"`
	Name    string   `form:"name"`
	Day     string   `form:"born"`
	Month   string   `form:"born-month"`
	Year    string   `form:"born-year"`
	Country string   `form:"country"`
	State   string   `form:"state"`
	Topics  []string `form:"topics"`
}

// born is the date of birth, zero if there is no such day.
func (f signUpForm) born() time.Time {
	day, err := time.Parse("2006-1-2", fmt.Sprintf("%s-%s-%s", f.Year, f.Month, f.Day))
	if err != nil {
		return time.Time{}
	}
	return day
}

// explain puts what is wrong in the order of the form's fields, and tells a
// day that no calendar has from one that is not written whole.
func (f signUpForm) explain(problems fault.Problems) fault.Problems {
	order := []string{"name", "email", "born", "country"}
	out := slices.Clone(problems)
	slices.SortStableFunc(out, func(a, b fault.Problem) int {
		return cmp.Compare(slices.Index(order, a.Field), slices.Index(order, b.Field))
	})
	day, err1 := strconv.Atoi(f.Day)
	month, err2 := strconv.Atoi(f.Month)
	year, err3 := strconv.Atoi(f.Year)
	written := err1 == nil && err2 == nil && err3 == nil && day >= 1 && day <= 31 && month >= 1 && month <= 12 && year >= 1900
	for i := range out {
		if out[i].Field == "born" && written && f.born().IsZero() {
			out[i].Key = "account.bornNever"
		}
	}
	return out
}

func (c *accountController) newSignUp(ctx echo.Context) error {
	if person(ctx) != uuid.Nil {
		return ctx.Redirect(http.StatusSeeOther, "/overview")
	}
	return render(ctx, http.StatusOK, views.SignUp(c.signUpPage(ctx, signUpForm{}, nil)))
}

func (c *accountController) signUp(ctx echo.Context) error {
	form, err := bind[signUpForm](ctx)
	if err != nil {
		return err
	}
	if c.cookieValue(ctx, tooYoungCookie) != "" {
		return c.refuseYouth(ctx)
	}
	err = c.Accounts.SignUp(ctx.Request().Context(), account.SignUp{
		Email: form.Email, Name: form.Name, Born: form.born(), Country: form.Country, State: form.State, Topics: form.Topics,
	}, visit(ctx))
	if problems, ok := fault.Fields(err); ok {
		return render(ctx, http.StatusUnprocessableEntity, views.SignUp(c.signUpPage(ctx, form, problems)))
	}
	if fault.Is(err, fault.Forbidden) {
		return c.refuseYouth(ctx)
	}
	if err != nil {
		return err
	}
	return render(ctx, http.StatusOK, views.Message(c.checkMail(ctx, "account.checkMail", form.Email)))
}

func (c *accountController) refuseYouth(ctx echo.Context) error {
	ctx.SetCookie(c.cookie(tooYoungCookie, "1", 24*time.Hour))
	page := views.ErrorPage{Shell: c.shell(ctx, account.TooYoung+".title", ""), Happened: text.T(ctx.Request().Context(), account.TooYoung+".text")}
	return render(ctx, http.StatusForbidden, views.Error(page)) // nothing to try again
}

// deadLink tells of a mailed link that works no more, and the way on from it.
func (c *accountController) deadLink(ctx echo.Context, err error, toDoKey string, on ui.Link) error {
	f := asFault(err)
	page := c.errorPage(ctx, f, status(f.Kind))
	page.ToDo, page.Action = text.T(ctx.Request().Context(), toDoKey), on
	return render(ctx, status(f.Kind), views.Error(page))
}

func (c *accountController) verifyGone(ctx echo.Context, err error) error {
	return c.deadLink(ctx, err, "account.verifyGone", ui.Link{Label: text.T(ctx.Request().Context(), "account.signInButton"), Href: "/sign-in"})
}

func (c *accountController) resetGone(ctx echo.Context, err error) error {
	return c.deadLink(ctx, err, "account.resetGone", ui.Link{Label: text.T(ctx.Request().Context(), "account.forgotTitle"), Href: "/forgot"})
}

// newVerify asks for the password: opening a link proves nothing, since mail
// scanners do that too.
func (c *accountController) newVerify(ctx echo.Context) error {
	return c.showVerify(ctx, http.StatusOK, nil)
}

func (c *accountController) verify(ctx echo.Context) error {
	form, err := bind[passwordForm](ctx)
	if err != nil {
		return err
	}
	session, err := c.Accounts.ConfirmSignUp(ctx.Request().Context(), ctx.Param("token"), form.Password, visit(ctx), token(ctx))
	if problems, ok := fault.Fields(err); ok {
		return c.showVerify(ctx, http.StatusUnprocessableEntity, problems)
	}
	if fault.Is(err, fault.Gone) {
		return c.verifyGone(ctx, err)
	}
	if err != nil {
		return err
	}
	c.hand(ctx, session)
	return ctx.Redirect(http.StatusSeeOther, "/overview")
}

func (c *accountController) showVerify(ctx echo.Context, code int, problems fault.Problems) error {
	email, err := c.Accounts.SignUpWaits(ctx.Request().Context(), ctx.Param("token"))
	if fault.Is(err, fault.Gone) {
		return c.verifyGone(ctx, err)
	}
	if err != nil {
		return err
	}
	return render(ctx, code, views.Verify(views.VerifyPage{
		Shell: c.shell(ctx, "account.verifyTitle", ""), Action: "/verify/" + url.PathEscape(ctx.Param("token")), Email: email, Problems: words(ctx, problems),
	}))
}

type signInForm struct {
	Email    string `form:"email"`
	Password string `form:"password"`
	Next     string `form:"next"`
}

func (c *accountController) newSignIn(ctx echo.Context) error {
	if person(ctx) != uuid.Nil {
		return ctx.Redirect(http.StatusSeeOther, localPath(ctx.QueryParam("next")))
	}
	return render(ctx, http.StatusOK, views.SignIn(c.signInPage(ctx, signInForm{Next: ctx.QueryParam("next")}, nil)))
}

func (c *accountController) signIn(ctx echo.Context) error {
	form, err := bind[signInForm](ctx)
	if err != nil {
		return err
	}
	session, err := c.Accounts.SignIn(ctx.Request().Context(), form.Email, form.Password, visit(ctx), token(ctx))
	if problems, ok := fault.Fields(err); ok {
		return render(ctx, http.StatusUnprocessableEntity, views.SignIn(c.signInPage(ctx, form, problems)))
	}
	if err != nil {
		return err
	}
	c.hand(ctx, session)
	return ctx.Redirect(http.StatusSeeOther, localPath(form.Next))
}

func (c *accountController) signOut(ctx echo.Context) error {
	if err := c.Accounts.SignOut(ctx.Request().Context(), token(ctx)); err != nil {
		return err
	}
	ctx.SetCookie(c.cookie(sessionCookie, "", -1))
	return ctx.Redirect(http.StatusSeeOther, "/")
}

type emailForm struct {
	Email string `form:"email"`
}

func (c *accountController) newForgot(ctx echo.Context) error {
	return render(ctx, http.StatusOK, views.Forgot(views.ForgotPage{Shell: c.shell(ctx, "account.forgotTitle", "")}))
}

func (c *accountController) forgot(ctx echo.Context) error {
	form, err := bind[emailForm](ctx)
	if err != nil {
		return err
	}
	err = c.Accounts.AskReset(ctx.Request().Context(), form.Email, visit(ctx))
	if problems, ok := fault.Fields(err); ok {
		page := views.ForgotPage{Shell: c.shell(ctx, "account.forgotTitle", ""), Email: form.Email, Problems: words(ctx, problems)}
		return render(ctx, http.StatusUnprocessableEntity, views.Forgot(page))
	}
	if err != nil {
		return err
	}
	return render(ctx, http.StatusOK, views.Message(c.checkMail(ctx, "account.checkReset", form.Email)))
}

type passwordForm struct {
	Password string `form:"password"`
}

func (c *accountController) newReset(ctx echo.Context) error {
	err := c.Accounts.ResetWaits(ctx.Request().Context(), ctx.Param("token"))
	if fault.Is(err, fault.Gone) {
		return c.resetGone(ctx, err)
	}
	if err != nil {
		return err
	}
	return render(ctx, http.StatusOK, views.NewPassword(c.resetPage(ctx, nil)))
}

func (c *accountController) reset(ctx echo.Context) error {
	form, err := bind[passwordForm](ctx)
	if err != nil {
		return err
	}
	err = c.Accounts.Reset(ctx.Request().Context(), ctx.Param("token"), form.Password, visit(ctx))
	if problems, ok := fault.Fields(err); ok {
		return render(ctx, http.StatusUnprocessableEntity, views.NewPassword(c.resetPage(ctx, problems)))
	}
	if fault.Is(err, fault.Gone) {
		return c.resetGone(ctx, err)
	}
	if err != nil {
		return err
	}
	return c.redirect(ctx, "/sign-in", "account.resetDone")
}

func (c *accountController) signUpPage(ctx echo.Context, form signUpForm, problems fault.Problems) views.SignUpPage {
	lang := ctx.Request().Context()
	page := views.SignUpPage{
		Shell: c.shell(ctx, "account.signUpTitle", ""), Email: form.Email, Name: form.Name,
		Day: form.Day, Month: form.Month, Year: form.Year, Problems: words(ctx, form.explain(problems)), Services: c.serviceButtons("/overview"),
	}
	for _, country := range text.Countries(lang) {
		page.Countries = append(page.Countries, ui.Option{Value: country.Code, Label: country.Name, Selected: country.Code == form.Country})
	}
	for _, state := range text.States(lang) {
		page.States = append(page.States, ui.Option{Value: state.Code, Label: state.Name, Selected: state.Code == form.State})
	}
	ticked := map[string]bool{}
	for _, id := range form.Topics {
		ticked[id] = true
	}
	for _, topic := range c.Register.Topics {
		if topic.Locked || topic.DefaultOn { // an empty box would look like a no to what comes anyway
			continue
		}
		page.Topics = append(page.Topics, ui.CheckboxProps{
			Name: "topics", Value: topic.ID, ID: "topics-" + topic.ID, Label: topic.Name.In(text.Lang(lang)), Hint: topic.Summary.In(text.Lang(lang)), Checked: ticked[topic.ID],
		})
	}
	return page
}

func (c *accountController) signInPage(ctx echo.Context, form signInForm, problems fault.Problems) views.SignInPage {
	return views.SignInPage{
		Shell: c.shell(ctx, "account.signInTitle", ""), Email: form.Email, Next: localPath(form.Next), Problems: words(ctx, problems),
		Services: c.serviceButtons(localPath(form.Next)),
	}
}

func (c *accountController) resetPage(ctx echo.Context, problems fault.Problems) views.NewPasswordPage {
	return views.NewPasswordPage{
		Shell: c.shell(ctx, "account.resetTitle", ""), Action: "/reset/" + url.PathEscape(ctx.Param("token")), Problems: words(ctx, problems),
	}
}

// checkMail says the same to everybody, whatever the address is to us.
func (c *accountController) checkMail(ctx echo.Context, key, email string) views.MessagePage {
	say := func(part string) string { return text.T(ctx.Request().Context(), key+"."+part, "Email", email) }
	return views.MessagePage{
		Shell: c.shell(ctx, key+".title", ""),
		Panel: ui.ConfirmPanelProps{Kind: ui.Turn, Title: say("title"), Text: say("text"), Next: []string{say("next1"), say("next2")}},
	}
}
