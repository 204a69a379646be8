package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/staff"
)

// officerAddress is the member of staff who may do everything.
const officerAddress = "officer@example.com"

// enrol makes the demo's member of staff and keeps the secret of their codes
// in folder, where an authenticator would keep it.
func enrol(ctx context.Context, a joined, folder string) error {
	kept := filepath.Join(folder, "officer-totp")
	members, err := a.Staff.List(ctx)
	if err != nil {
		return err
	}
	for _, m := range members {
		if m.Email == officerAddress && m.EnrolledAt != nil {
			return nil
		}
	}
	_, link, err := a.Staff.Add(ctx, audit.BySystem("demo"), staff.NewMember{Email: officerAddress, Name: "Odil Officer", Role: staff.Admin, Lang: "en"})
	if err != nil {
		return err
	}
	token := path.Base(link)
	invitation, err := a.Staff.Invitation(ctx, token, "")
	if err != nil {
		return err
	}
	if err := os.WriteFile(kept, []byte(invitation.Secret), 0o600); err != nil {
		return fmt.Errorf("keeping the demo's secret: %w", err)
	}
	code, err := totp.GenerateCode(invitation.Secret, a.Now())
	if err != nil {
		return err
	}
	_, err = a.Staff.Enrol(ctx, token, staff.Enrolment{Password: password, Code: code, Seed: invitation.Seed}, account.Visit{})
	return err
}

// codes is a page that shows the officer's code of the moment: the demo's
// authenticator. Development only, like everything beside the portal itself.
func codes(folder string, now func() time.Time) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		code, err := codeAt(folder, now())
		if err != nil {
			http.Error(w, "no code: "+err.Error(), http.StatusInternalServerError)
			return
		}
		left := 30 - now().Unix()%30
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Refresh", fmt.Sprint(left))
		fmt.Fprintf(w, "Stand-in for an authenticator. Development only.\n\n%s\n\nThe code of %s, for another %d seconds. A code works once.\n", code, officerAddress, left)
	})
}

// codeAt is the officer's code of a moment.
func codeAt(folder string, at time.Time) (string, error) {
	secret, err := os.ReadFile(filepath.Join(folder, "officer-totp"))
	if errors.Is(err, os.ErrNotExist) {
		return "", errors.New("the demo has made no member of staff yet")
	}
	if err != nil {
		return "", err
	}
	return totp.GenerateCode(strings.TrimSpace(string(secret)), at)
}
