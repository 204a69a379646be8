package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/staff"
	"plusultra.link/privacy/views/text"
)

type staffCmd struct {
	Add     staffAddCmd     `cmd:"" help:"Invite somebody to the privacy desk. Prints a link that works once, within a week, and e-mails it."`
	List    staffListCmd    `cmd:"" help:"List the members of staff."`
	Disable staffDisableCmd `cmd:"" help:"Disable somebody's access at once. Adding them again starts over, with a new second factor."`
}

// operator is who acts on the command line, in the audit log.
func operator() audit.Actor { return audit.BySystem("command line") }

type staffAddCmd struct {
	backstage `embed:""`
	Email     mailbox    `arg:"" help:"Work e-mail address."`
	Name      string     `required:"" help:"Name, as colleagues see it."`
	Role      staff.Role `default:"agent" enum:"agent,officer,admin" help:"agent works the queue, officer also decides and reads the audit log, admin may do everything (${enum})."`
	Lang      spoken     `default:"en" placeholder:"CODE" help:"Language of the invitation, by its code, such as ja (en without it)."`
}

// Run invites a member and prints their link.
func (c *staffAddCmd) Run(ctx context.Context) error {
	return c.with(ctx, func(a *app.App) error {
		before, err := a.Staff.List(ctx)
		if err != nil {
			return err
		}
		m, link, err := a.Staff.Add(ctx, operator(), staff.NewMember{Email: c.Email.String(), Name: c.Name, Role: c.Role, Lang: string(c.Lang)})
		if err != nil {
			return said(a, err)
		}
		for _, was := range before {
			if was.ID == m.ID && was.DisabledAt == nil {
				fmt.Fprintf(os.Stderr, "This replaces an earlier invitation for %s as %s, whose link no longer works.\n", was.Name, was.Role)
			}
		}
		fmt.Printf("%s (%s) joins the privacy desk as %s with this link, which works once, within a week:\n\n  %s\n\n", m.Name, m.Email, m.Role, link)
		return nil
	})
}

type staffListCmd struct {
	backstage `embed:""`
}

// Run prints all members.
func (c *staffListCmd) Run(ctx context.Context) error {
	return c.with(ctx, func(a *app.App) error {
		members, err := a.Staff.List(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "NAME\tADDRESS\tROLE\tSTATE")
		for _, m := range members {
			state := "active"
			switch {
			case m.DisabledAt != nil:
				state = "disabled"
			case m.EnrolledAt == nil:
				state = "invited"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", m.Name, m.Email, m.Role, state)
		}
		return w.Flush()
	})
}

type staffDisableCmd struct {
	backstage `embed:""`
	Email     mailbox `arg:"" help:"Work e-mail address."`
}

// Run disables a member.
func (c *staffDisableCmd) Run(ctx context.Context) error {
	return c.with(ctx, func(a *app.App) error {
		if err := a.Staff.Disable(ctx, operator(), c.Email.String()); err != nil {
			return said(a, err)
		}
		fmt.Printf("%s is disabled.\n", c.Email)
		return nil
	})
}

// said puts a fault into the words that its page would use.
func said(a *app.App, err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return err
	}
	ctx := a.Catalog.Into(context.Background(), text.Fallback)
	if len(f.Problems) == 0 {
		return errors.New(text.T(ctx, f.Key, f.Args...))
	}
	var all []error
	for _, p := range f.Problems {
		all = append(all, fmt.Errorf("%s: %s", p.Field, text.T(ctx, p.Key, p.Args...)))
	}
	return errors.Join(all...)
}
