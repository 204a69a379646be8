package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestAProgramThatPostsAFormIsToldAtOnceWhatABrowserIsLedTo(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.person("robin@example.com")
	young := signUp("kim@example.com", "1990")
	young.Set("name", "")
	for _, tc := range []struct {
		path   string
		signed bool
		form   url.Values
		code   int
		says   string
	}{
		{"/sign-up", false, signUp("kim@example.com", "1990"), http.StatusOK, "kim@example.com"},
		{"/sign-up", false, young, http.StatusUnprocessableEntity, "Write your name"},
		{"/sign-in", false, url.Values{"email": {"robin@example.com"}, "password": {"not this one"}}, http.StatusUnprocessableEntity, "don’t match"},
		{"/forgot", false, url.Values{"email": {"taylor@example.com"}}, http.StatusOK, "taylor@example.com"},
		{"/requests/new/question/check", true, url.Values{"message": {"what do you hold?"}}, http.StatusOK, "what do you hold?"},
		{"/requests/new/question/check", true, url.Values{"message": {"my card is 4111 1111 1111 1111"}}, http.StatusUnprocessableEntity, "card"},
	} {
		c := p.client()
		if tc.signed {
			c.signIn("robin@example.com")
		}
		header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"*/*"}}
		got := c.send(http.MethodPost, tc.path, strings.NewReader(tc.form.Encode()), header)
		if got.status != tc.code || !strings.Contains(got.body, tc.says) || strings.Count(got.body, "<html") != 1 || got.header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s with %v: %d\n%.2000s", tc.path, tc.form, got.status, got.body)
		}
		if got := c.post(tc.path, tc.form); got.status != http.StatusSeeOther || !strings.Contains(got.header.Get("Location"), "again=") {
			t.Errorf("%s with %v from a browser: %d", tc.path, tc.form, got.status)
		}
	}
}
