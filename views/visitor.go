package views

import (
	"context"
	"time"

	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

// VisitorPlacePage asks whoever asks without an account where they live.
type VisitorPlacePage struct {
	Shell
	Countries, States []ui.Option
	Problems          ui.Problems
}

// VisitorKindsPage is what the law of that place gives them.
type VisitorKindsPage struct {
	Shell
	Law      string // its name
	Kinds    []ui.CardProps
	Problems ui.Problems
}

// VisitorWritePage asks for their address and their words.
type VisitorWritePage struct {
	Shell
	Kind, Summary  string
	Law            string
	Back           string // to the kinds
	Hidden         []ui.Hidden
	Email, Message string
	Optional       bool // the words
	Choices        bool // some of it is done at once under Privacy choices
	Problems       ui.Problems
}

// VisitorCheckPage is what the mailed link files.
type VisitorCheckPage struct {
	Shell
	Action         string
	Kind, Law      string
	Email, Message string
	Erases         bool      // they say twice that they are sure
	Due            time.Time // a day of the office's calendar
	Why            []DueStep
	Problems       ui.Problems
}

func (p VisitorCheckPage) facts(ctx context.Context) []ui.SummaryRow {
	return []ui.SummaryRow{
		{Key: text.T(ctx, "request.asking"), Value: p.Kind},
		{Key: text.T(ctx, "account.email"), Value: p.Email},
		{Key: text.T(ctx, "visitor.law"), Value: p.Law},
		{Key: text.T(ctx, "request.yourMessage"), Inside: paragraphs(orNone(p.Message, text.T(ctx, "request.noMessage")))},
		{Key: text.T(ctx, "request.dueBy"), Value: text.Day(ctx, p.Due)},
	}
}

// VisitorFiledPage tells somebody with an account that their request is there.
type VisitorFiledPage struct {
	Shell
	Reference string
}

// SignInByMailPage asks for the address to which a link goes that signs in.
type SignInByMailPage struct {
	Shell
	Email, Next string
	Problems    ui.Problems
}

// SignInLinkPage is behind that link.
type SignInLinkPage struct {
	Shell
	Action, Email, Next string
}
