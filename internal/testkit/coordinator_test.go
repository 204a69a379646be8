package testkit_test

import (
	"os"
	"testing"

	"plusultra.link/privacy/internal/testkit"
)

// Every other test says on a coordinator what it says on one server; this one
// says whether they did.
func TestTheSuitesRunOnACoordinatorOfManyMachines(t *testing.T) {
	t.Parallel()
	if os.Getenv(testkit.CoordinatorEnv) == "" {
		t.Skip("no coordinator: " + testkit.CoordinatorEnv + " names none, and all suites ran on one server")
	}
	var n int
	if err := testkit.DB(t).Pool.QueryRow(t.Context(), "select count(*) from pg_dist_partition where partmethod = 'h' and logicalrelid = 'connection_log'::regclass").Scan(&n); err != nil || n != 1 {
		t.Errorf("the log is not spread: %d, %v", n, err)
	}
}
