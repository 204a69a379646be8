package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/app"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/mail"
)

// mailTestPatience is how long a running portal may take to send the message.
const mailTestPatience = 30 * time.Second

type mailTestCmd struct {
	backstage `embed:""`
	Topic     string  `arg:"" help:"A topic of the register, such as promotions."`
	Address   mailbox `arg:"" help:"Where the sample goes."`
	Lang      spoken  `placeholder:"CODE" help:"Language, by its code, such as ja. Without it, the language of the account."`
}

// Run sends the sample and says how it stands with the address.
func (c *mailTestCmd) Run(ctx context.Context) error {
	return c.with(ctx, func(a *app.App) error { return c.send(ctx, a) })
}

func (c *mailTestCmd) send(ctx context.Context, a *app.App) error {
	topic, ok := a.Register.Topic(c.Topic)
	if !ok || !topic.IsMail() {
		var ids []string
		for _, t := range a.Register.Mail() {
			ids = append(ids, t.ID)
		}
		return fmt.Errorf("there is no mail about %q; the register has %s", c.Topic, strings.Join(ids, ", "))
	}
	to, err := c.recipient(ctx, a)
	if err != nil {
		return err
	}
	may, err := a.Consents.MayMail(ctx, to.Owner, to.Address, topic.ID)
	if err != nil {
		return err
	}
	if !may {
		fmt.Printf("%s has not agreed to %q or has stopped it: real mail would not go. The sample goes all the same.\n", to.Address, topic.ID)
	}
	message, err := a.Consents.Sample(to, topic.ID)
	if err != nil {
		return err
	}
	waiting, cancel := context.WithTimeout(ctx, mailTestPatience)
	defer cancel()
	err = a.Mail.Send(waiting, to, message)
	switch {
	case errors.Is(err, mail.ErrWaiting):
		return fmt.Errorf("the sample is queued, but no running portal has sent it within %s: it goes when one runs", mailTestPatience)
	case err != nil:
		return err
	}
	fmt.Printf("The sample of %q is on its way to %s.\n", topic.ID, to.Address)
	if message.Unsubscribe == nil {
		fmt.Println("This topic can't be stopped, so it carries no unsubscribe header and no link.")
		return nil
	}
	fmt.Printf("Its unsubscribe link, which works without signing in: %s\n", message.Unsubscribe.OneClick)
	return nil
}

// recipient is the person whose address it is, or the address of nobody.
func (c *mailTestCmd) recipient(ctx context.Context, a *app.App) (mail.Recipient, error) {
	to := mail.Recipient{Address: c.Address.written, Lang: string(c.Lang)}
	if to.Lang == "" {
		to.Lang = a.Catalog.Languages()[0]
	}
	owner, err := a.Accounts.ByAddress(ctx, c.Address.String())
	if fault.Is(err, fault.NotFound) {
		to.Owner = uuid.Nil
		return to, nil
	}
	if err != nil {
		return to, err
	}
	person, err := a.Accounts.Person(ctx, owner)
	if err != nil {
		return to, err
	}
	to.Owner = owner
	if c.Lang == "" {
		to.Lang = person.Lang
	}
	return to, nil
}
