package web

import (
	"fmt"
	"image/color"
	"net/http"
	"net/url"
	"slices"
	"strings"

	qrcode "github.com/boombuler/barcode/qr"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/ui"
)

const (
	stepValue = "staff-step" // in the session, between password and code
	nextValue = "staff-next"
)

// staffShell is the frame of the privacy desk.
func (s *server) staffShell(ctx echo.Context, titleKey, nav string, args ...any) views.Shell {
	shell := s.shell(ctx, titleKey, nav, args...)
	m := member(ctx)
	shell.SignedIn, shell.Role = m.Name, views.StaffRole(m.Role)
	shell.Places = slices.DeleteFunc(views.StaffPlaces(), func(p views.Place) bool { return !s.opens(m.Role, p.Href) })
	return shell
}

// How members of the staff come in: a password, then a code; and before both,
// an invitation.
type (
	staffSessionController struct{ *server }
	staffCodeController    struct{ *server }
	staffEnrolController   struct{ *server }
)

func (c *staffSessionController) new(ctx echo.Context) error {
	form, problems, ok, err := recall[signInForm](ctx)
	if err != nil {
		return err
	}
	if !ok {
		form.Next = ctx.QueryParam("next")
	}
	return render(ctx, http.StatusOK, views.StaffSignIn(c.page(ctx, form, problems)))
}

func (c *staffSessionController) page(ctx echo.Context, form signInForm, problems fault.Problems) views.StaffSignInPage {
	return views.StaffSignInPage{
		Shell: c.shell(ctx, "staff.signInTitle", ""), Email: form.Email, Next: staffPath(form.Next), Problems: words(ctx, problems),
	}
}

// staffPath lets only a page of the privacy desk through.
func staffPath(path string) string {
	if path = localPath(path); path != "/staff" && !strings.HasPrefix(path, "/staff/") && !strings.HasPrefix(path, "/staff?") {
		return "/staff"
	}
	return path
}

func (c *staffSessionController) create(ctx echo.Context) error {
	form, err := bind[signInForm](ctx)
	if err != nil {
		return err
	}
	step, err := c.Staff.SignIn(ctx.Request().Context(), form.Email, form.Password, c.visit(ctx))
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, "/staff/sign-in", form, problems)
	}
	if err != nil {
		return err
	}
	session, err := c.store.Get(ctx.Request(), "session")
	if err != nil {
		return err
	}
	session.Values[stepValue], session.Values[nextValue] = step, staffPath(form.Next)
	if err := session.Save(ctx.Request(), ctx.Response()); err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/code", "")
}

// step is what the first step left in the session.
func (c *staffCodeController) step(ctx echo.Context) (step, next string, err error) {
	session, err := c.store.Get(ctx.Request(), "session")
	if err != nil {
		return "", "", err
	}
	step, _ = session.Values[stepValue].(string)
	next, _ = session.Values[nextValue].(string)
	return step, staffPath(next), c.Staff.Awaits(step)
}

func (c *staffCodeController) new(ctx echo.Context) error {
	_, _, err := c.step(ctx)
	if _, known := visitorOf(ctx); !known { // the first step gave this browser a session
		return c.redirect(ctx, withParam("/staff/sign-in", cookiesParam, "none"), "")
	}
	if fault.Is(err, fault.Gone) {
		return c.redirect(ctx, "/staff/sign-in", "")
	}
	if err != nil {
		return err
	}
	_, problems, _, err := recall[codeForm](ctx)
	if err != nil {
		return err
	}
	return render(ctx, http.StatusOK, views.StaffCode(views.StaffCodePage{Shell: c.shell(ctx, "staff.codeTitle", ""), Problems: words(ctx, problems)}))
}

type codeForm struct {
	Code string `form:"code" json:"-"`
}

func (c *staffCodeController) create(ctx echo.Context) error {
	form, err := bind[codeForm](ctx)
	if err != nil {
		return err
	}
	step, next, err := c.step(ctx)
	if err != nil {
		return err
	}
	session, err := c.Staff.Code(ctx.Request().Context(), step, form.Code, c.visit(ctx), token(ctx))
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, "/staff/code", form, problems)
	}
	if err != nil {
		return err
	}
	if err := c.startBrowserSession(ctx, session); err != nil {
		return err
	}
	return ctx.Redirect(http.StatusSeeOther, next)
}

type enrolForm struct {
	Seed     string `form:"seed" text:"none"` // sealed
	Password string `form:"password" json:"-" text:"none"`
	Code     string `form:"code" json:"-"`
}

func (c *staffEnrolController) new(ctx echo.Context) error {
	form, problems, _, err := recall[enrolForm](ctx)
	if err != nil {
		return err
	}
	invitation, err := c.Staff.Invitation(ctx.Request().Context(), ctx.Param("token"), form.Seed)
	if err != nil {
		return err
	}
	code, err := qr(invitation.KeyURL)
	if err != nil {
		return err
	}
	page := views.StaffEnrolPage{
		Shell: c.shell(ctx, "staff.enrolTitle", "", "Name", invitation.Name), Action: "/staff/enrol/" + url.PathEscape(ctx.Param("token")),
		Role: views.StaffRole(invitation.Role), Email: address.Show(invitation.Email),
		Secret: invitation.Secret, Seed: invitation.Seed, QR: code, Problems: words(ctx, problems),
	}
	return render(ctx, http.StatusOK, views.StaffEnrol(page))
}

func (c *staffEnrolController) create(ctx echo.Context) error {
	form, err := bind[enrolForm](ctx)
	if err != nil {
		return err
	}
	m, err := c.Staff.Enrol(ctx.Request().Context(), ctx.Param("token"), staff.Enrolment{Password: form.Password, Code: form.Code, Seed: form.Seed}, c.visit(ctx))
	if problems, ok := fault.Fields(err); ok {
		return c.again(ctx, here(ctx), form, problems)
	}
	if err != nil {
		return err
	}
	if err := c.rememberBrowser(ctx, m.Owner()); err != nil {
		return err
	}
	return c.redirect(ctx, "/staff/sign-in", "staff.enrolled")
}

// quietZone is the white around a QR code, in modules (ISO/IEC 18004).
const quietZone = 4

// qr draws words as the dark squares of a QR code.
func qr(words string) (ui.QRProps, error) {
	code, err := qrcode.Encode(words, qrcode.M, qrcode.Auto)
	if err != nil {
		return ui.QRProps{}, fmt.Errorf("drawing a QR code: %w", err)
	}
	size := code.Bounds().Dx()
	var path strings.Builder
	for y := range size {
		for x := range size {
			if code.At(x, y) == color.Black {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+quietZone, y+quietZone)
			}
		}
	}
	return ui.QRProps{Path: path.String(), Size: size + 2*quietZone}, nil
}
