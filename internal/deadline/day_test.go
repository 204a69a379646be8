package deadline

import (
	"errors"
	"testing"
	"time"
)

func TestADayReadsItsOwnWriting(t *testing.T) {
	t.Parallel()
	d := On(2028, time.February, 29)
	value, err := d.Value()
	var scanned, parsed, null Day
	err = errors.Join(err, scanned.Scan(value), parsed.Scan(d.String()), null.Scan(nil))
	if err != nil || scanned != d || parsed != d || !null.IsZero() {
		t.Errorf("%v %v %v %v", scanned, parsed, null, err)
	}
	if err := scanned.Scan(3); err == nil {
		t.Error("a number is scanned as a day")
	}
	if _, err := ParseDay("2026-02-30"); err == nil {
		t.Error("30 February is read as a day")
	}
}

// Every clock, from every day of four centuries: after receipt, never earlier
// for a later receipt, and within what its law allows.
