package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/views/text"
)

// mailbox is an e-mail address on the command line: read as at every other
// door, and refused in the same words.
type mailbox struct {
	address.Address

	written string // with its local part as its owner writes it
}

// UnmarshalText reads one.
func (m *mailbox) UnmarshalText(b []byte) (err error) {
	if m.Address, err = address.Parse(string(b)); err == nil {
		m.written, err = address.Written(string(b))
		return err
	}
	catalog, missing := text.Load()
	if missing != nil {
		return missing
	}
	problem := address.Problem("", err)
	return errors.New(text.T(catalog.Into(context.Background(), text.Fallback), problem.Key, problem.Args...))
}

// keyID is what names an API key on the command line.
type keyID struct{ uuid.UUID }

// UnmarshalText reads one.
func (k *keyID) UnmarshalText(b []byte) (err error) {
	if k.UUID, err = uuid.ParseBytes(b); err != nil {
		return fmt.Errorf("%q is no id of a key: \"portal apikey list\" shows the id of each", b)
	}
	return nil
}

// spoken is a language that the portal speaks, by its code; empty for none.
type spoken string

// UnmarshalText reads one.
func (s *spoken) UnmarshalText(b []byte) error {
	catalog, err := text.Load()
	if err != nil {
		return err
	}
	if all := catalog.Languages(); len(b) > 0 && !slices.Contains(all, string(b)) {
		return fmt.Errorf("there is no language %q; the portal has %s", b, strings.Join(all, ", "))
	}
	*s = spoken(b)
	return nil
}
