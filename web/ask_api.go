package web

import (
	"context"
	"net/http"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/document"
	"plusultra.link/privacy/internal/fault"
)

// askController tells other systems what they may do with somebody.
type askController struct{ *server }

type topicJSON struct {
	ID        string            `json:"id"`
	Kind      string            `json:"kind"`
	Name      document.Text     `json:"name"`
	Locked    bool              `json:"locked"`
	DefaultOn bool              `json:"default_on"`
	Signal    bool              `json:"signal"`
	Wording   map[string]string `json:"wording"` // by language, the version of the words that are shown today
}

// topics are all that may be asked about, in the register's order.
func (c *askController) topics(ctx echo.Context) error {
	topics := []topicJSON{}
	for _, t := range c.Register.Topics {
		one := topicJSON{
			ID: t.ID, Kind: string(t.Kind), Name: t.Name, Locked: t.Locked, DefaultOn: t.DefaultOn, Signal: t.Signal, Wording: map[string]string{},
		}
		for _, lang := range c.Catalog.Languages() {
			one.Wording[lang] = consent.Version(c.Consents.Wording(ctx.Request().Context(), t, lang))
		}
		topics = append(topics, one)
	}
	return ctx.JSON(http.StatusOK, map[string]any{"topics": topics})
}

type askOne struct {
	Topic  string `json:"topic"`
	Person string `json:"person"`
}

type askMany struct {
	Topic  string   `json:"topic"`
	People []string `json:"people"`
}

type answerJSON struct {
	Person  string      `json:"person"` // as it was asked for
	ID      *uuid.UUID  `json:"id"`
	Allowed bool        `json:"allowed"`
	Why     consent.Why `json:"why"`
	Since   *time.Time  `json:"since"`
	Wording *string     `json:"wording"`
}

// ask tells of one person.
func (c *askController) ask(ctx echo.Context) error {
	asked, err := bindJSON[askOne](ctx)
	if err != nil {
		return err
	}
	answers, err := c.answers(ctx.Request().Context(), askMany{asked.Topic, []string{asked.Person}})
	if err != nil {
		return err
	}
	return ctx.JSON(http.StatusOK, answers[0])
}

// many tells of many people at once, in the order in which they were asked for.
func (c *askController) many(ctx echo.Context) error {
	asked, err := bindJSON[askMany](ctx)
	if err != nil {
		return err
	}
	answers, err := c.answers(ctx.Request().Context(), asked)
	if err != nil {
		return err
	}
	return ctx.JSON(http.StatusOK, map[string]any{"answers": answers})
}

func (c *askController) answers(ctx context.Context, asked askMany) ([]answerJSON, error) {
	answers, err := c.Consents.Ask(ctx, asked.Topic, namesOf(asked.People))
	out := make([]answerJSON, len(answers))
	for i, a := range answers {
		out[i] = answerJSON{
			Person: asked.People[i], ID: unless(a.Person), Allowed: a.Allowed, Why: a.Why, Since: unless(a.Since), Wording: unless(a.Wording),
		}
	}
	return out, err
}

func namesOf(people []string) []consent.Name {
	names := make([]consent.Name, len(people))
	for i, written := range people {
		names[i] = consent.NameOf(written)
	}
	return names
}

// unless is nil for what is nothing.
func unless[T comparable](v T) *T {
	var nothing T
	if v == nothing {
		return nil
	}
	return &v
}

const maxJSON = 1 << 20 // bytes of a body

// bindJSON reads what a program says. Invalid for what is no such JSON, with a
// member that nobody knows, too: a wish that is not understood is none that is
// ignored.
func bindJSON[T any](ctx echo.Context) (T, error) {
	var said T
	body := http.MaxBytesReader(ctx.Response(), ctx.Request().Body, maxJSON)
	err := json.UnmarshalRead(body, &said, json.RejectUnknownMembers(true))
	if err == nil {
		return said, nil
	}
	if f := asFault(err); f.Kind == fault.TooLarge {
		return said, f
	}
	return said, fault.Wrap(err, fault.Invalid, "fault.json")
}
