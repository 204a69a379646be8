package web

import (
	"slices"
	"strings"
	"testing"
)

func TestAFormThatComesBackKeepsNoCardInPieces(t *testing.T) {
	t.Parallel()
	got := string(withoutCards([]byte(`{"Zone":"41111111","Name":"11111111","Words":"Room 12"}`)))
	if strings.ContainsAny(got, "3456789") || strings.Contains(got, "1111") || !strings.Contains(got, "Room 12") {
		t.Errorf("a half in each of two fields: %s", got)
	}
	got = string(withoutCards([]byte(`{"Z":"4111","Y":"1111","X":"1111","W":"1111"}`)))
	if strings.Contains(got, "1111") {
		t.Errorf("a group in each of four fields, in the order of the form: %s", got)
	}
	got = string(withoutCards([]byte(`{"who":["Robin","4111 1111"],"what":["1111 1111"]}`)))
	if strings.Contains(got, "1111") || !strings.Contains(got, "Robin") {
		t.Errorf("a half in a value of each of two lists: %s", got)
	}
	posted := []string{"1111 1111", "Robin", "4111 1111", "100-0001"}
	hideCards(posted)
	if want := []string{"•••• ••••", "Robin", "•••• ••••", "100-0001"}; !slices.Equal(posted, want) {
		t.Errorf("got %q, want %q", posted, want)
	}
}
