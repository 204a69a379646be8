package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"plusultra.link/privacy/internal/fault"
)

func TestTheKindOutlivesWrapping(t *testing.T) {
	t.Parallel()
	cause := errors.New("no such row")
	err := fmt.Errorf("opening: %w", fault.Wrap(cause, fault.NotFound, "x.missing"))
	if !fault.Is(err, fault.NotFound) {
		t.Errorf("%v is not NotFound", err)
	}
	if !errors.Is(err, cause) {
		t.Error("the cause is lost")
	}
	if fault.Is(cause, fault.Internal) {
		t.Error("an error that is no fault is of a kind")
	}
}

func TestNoProblemsIsNoError(t *testing.T) {
	t.Parallel()
	if err := fault.Invalidate(); err != nil {
		t.Errorf("got %v", err)
	}
	if err := fault.Wrap(nil, fault.Gone, "x"); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestProblemsAreFoundByField(t *testing.T) {
	t.Parallel()
	err := fault.Invalidate(fault.Field("email", "e.bad"), fault.Field("name", "n.bad"))
	ps, ok := fault.Fields(err)
	if !ok || len(ps) != 2 {
		t.Fatalf("fields = %v, %v", ps, ok)
	}
	if p, ok := ps.For("name"); !ok || p.Key != "n.bad" {
		t.Errorf("name = %v, %v", p, ok)
	}
}
