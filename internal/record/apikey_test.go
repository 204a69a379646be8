package record_test

import (
	"testing"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
)

func TestAKeyOpensItsCategoriesUntilItIsRevokedAndIsKnownByItsHashAlone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	cli := audit.BySystem("apikey")
	token, key, err := b.CreateKey(t.Context(), cli, "Gateway", []string{"connection-log", "connection-log"})
	if err != nil {
		t.Fatal(err)
	}
	if n := b.number(t, "select count(*) from api_key where api_key::text like '%' || $1 || '%'", token); n != 0 {
		t.Error("the token itself is stored")
	}
	got, err := b.KeyByToken(t.Context(), token)
	if err != nil || got.ID != key.ID || !got.Allows("connection-log") || got.Allows("orders") {
		t.Errorf("%+v, %v", got, err)
	}
	if err := b.RevokeKey(t.Context(), cli, key.ID); err != nil {
		t.Error(err)
	}
	if _, err := b.KeyByToken(t.Context(), token); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a revoked key: %v", err)
	}
	if err := b.RevokeKey(t.Context(), cli, key.ID); !notFound(err) {
		t.Errorf("revoked again: %v", err)
	}
	if keys, err := b.Keys(t.Context()); err != nil || len(keys) != 1 || keys[0].RevokedAt == nil || keys[0].UsedAt == nil {
		t.Errorf("%+v, %v", keys, err)
	}
	for _, categories := range [][]string{nil, {"profile"}} {
		if _, _, err := b.CreateKey(t.Context(), cli, "x", categories); err == nil {
			t.Errorf("a key for %v was made", categories)
		}
	}
}
