package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/input"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

type signUpController struct{ *server }

type signUpForm struct {
	Email   string   `form:"email"`
	Name    string   `form:"name" text:"service"`
	Day     string   `form:"born"`
	Month   string   `form:"born-month"`
	Year    string   `form:"born-year"`
	Country string   `form:"country"`
	State   string   `form:"state"`
	Topics  []string `form:"topics"`
}

// born is the date of birth, zero if there is no such day.
func (f signUpForm) born() time.Time {
	day, err := time.Parse("2006-1-2", input.Narrow(fmt.Sprintf("%s-%s-%s", f.Year, f.Month, f.Day)))
	if err != nil {
		return time.Time{}
	}
	return day
}

// explain puts what is wrong in the order of the form's fields, and tells a
// day that no calendar has, and a year that is too short, from one that is not
// written whole.
func (f signUpForm) explain(problems fault.Problems) fault.Problems {
	order := []string{"name", "email", "born", "country", "state"}
	out := slices.Clone(problems)
	slices.SortStableFunc(out, func(a, b fault.Problem) int {
		return cmp.Compare(slices.Index(order, a.Field), slices.Index(order, b.Field))
	})
	day, err1 := strconv.Atoi(input.Narrow(f.Day))
	month, err2 := strconv.Atoi(input.Narrow(f.Month))
	year, err3 := strconv.Atoi(input.Narrow(f.Year))
	written := err1 == nil && err2 == nil && err3 == nil && day >= 1 && day <= 31 && month >= 1 && month <= 12
	for i := range out {
		switch {
		case out[i].Field != "born" || !written || !f.born().IsZero():
		case year < 1000: // a digit is missing
			out[i].Key = "account.bornYear"
		default:
			out[i].Key = "account.bornNever"
		}
	}
	return out
}

func (c *signUpController) new(ctx echo.Context) error {
	if person(ctx) != uuid.Nil && !signedIn(ctx).Visitor {
		return ctx.Redirect(http.StatusSeeOther, "/overview")
	}
	form, problems, _, err := recall[signUpForm](ctx)
	if err != nil {
		return err
	}
	return render(ctx, http.StatusOK, views.SignUp(c.signUpPage(ctx, form, problems)))
}

func (c *signUpController) create(ctx echo.Context) error {
	form, err := bind[signUpForm](ctx)
	if err != nil {
		return err
	}
	if c.cookieValue(ctx, tooYoungCookie) != "" {
		return c.refuseUnderage(ctx)
	}
	err = c.Accounts.SignUp(ctx.Request().Context(), account.SignUp{
		Email: form.Email, Name: form.Name, Born: form.born(), Country: form.Country, State: form.State, Topics: form.Topics,
	}, c.visit(ctx))
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, "/sign-up", form, problems)
	}
	if fault.Is(err, fault.Forbidden) {
		return c.refuseUnderage(ctx)
	}
	if err != nil {
		return err
	}
	return c.redirectWithForm(ctx, "/sign-up/sent", emailForm{form.Email}, nil)
}

// sent says the same to everybody, whatever the address is to us.
func (c *signUpController) sent(ctx echo.Context) error {
	return c.checkMail(ctx, "account.checkMail", "/sign-up")
}

func (s *server) refuseUnderage(ctx echo.Context) error {
	ctx.SetCookie(s.cookie(tooYoungCookie, "1", 24*time.Hour))
	return ctx.Redirect(http.StatusSeeOther, "/sign-up/later")
}

// later tells somebody who is too young, and keeps nothing of what they said.
func (s *server) later(ctx echo.Context) error {
	page := views.ErrorPage{Shell: s.shell(ctx, account.TooYoung+".title", ""), Happened: text.Say(account.TooYoung+".text", "Privacy", s.Register.Controller.PrivacyEmail)}
	return render(ctx, http.StatusOK, views.Error(page)) // nothing to try again
}

func (s *server) signUpPage(ctx echo.Context, form signUpForm, problems fault.Problems) views.SignUpPage {
	lang := ctx.Request().Context()
	page := views.SignUpPage{
		Shell: s.shell(ctx, "account.signUpTitle", ""), Email: form.Email, Name: form.Name,
		Day: form.Day, Month: form.Month, Year: form.Year, Problems: words(ctx, form.explain(problems)), Services: s.serviceButtons("/overview"),
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
	for _, topic := range s.Register.Topics {
		if !topic.Offered() {
			continue
		}
		list := &page.Uses
		if topic.IsMail() {
			list = &page.Topics
		}
		*list = append(*list, ui.CheckboxProps{
			Name: "topics", Value: topic.ID, ID: "topics-" + topic.ID, Label: topic.Name.In(text.Lang(lang)), Hint: topic.Summary.In(text.Lang(lang)), Checked: ticked[topic.ID],
		})
	}
	return page
}
