package register

import "testing"

func TestTheRegisterThatIsShippedIsWhole(t *testing.T) {
	t.Parallel()
	if _, err := Default(); err != nil {
		t.Fatal(err)
	}
}
