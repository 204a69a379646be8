package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/views"
)

// receiptController tells anybody what a receipt is worth. It is read with the public
// keys alone, as `portal receipt verify` does. Of what no key signed nothing is kept.
type receiptController struct{ *server }

func (c *receiptController) new(ctx echo.Context) error {
	read, problems, checked, err := recall[audit.Read](ctx)
	if err != nil {
		return err
	}
	page := views.ReceiptPage{Shell: c.shell(ctx, "receipt.title", ""), Problem: words(ctx, problems).Of("receipt")}
	if checked && page.Problem == "" {
		page.Verdict, page.Words, page.At, page.Position, page.Size = views.ReceiptVerdict(read.Verdict), strings.TrimSpace(read.Words), read.At, read.Position+1, read.Size
	}
	return render(ctx, http.StatusOK, views.Receipt(page))
}

func (c *receiptController) create(ctx echo.Context) error {
	posted, err := bindAll(ctx, "receipt")
	if err != nil {
		return err
	}
	file := strings.TrimSpace(posted.Get("receipt"))
	if file == "" {
		return c.again(ctx, "/receipt", audit.Read{}, fault.Problems{fault.Field("receipt", "receipt.missing")})
	}
	keys, err := c.Audit.Keys()
	if err != nil {
		return err
	}
	read, err := audit.ReadReceipt([]byte(file+"\n"), keys...)
	if err != nil {
		return err
	}
	read.Record, read.Note = "", ""
	return c.redirectWithForm(ctx, "/receipt", read, nil)
}
