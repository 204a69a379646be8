package ui

import (
	"slices"
	"strconv"
	"testing"
)

func TestAChartHasAScaleThatItsHighestBarReachesIntoButNotOver(t *testing.T) {
	t.Parallel()
	for most, want := range map[float64][]string{1: {"1", "0"}, 3: {"3", "0"}, 4: {"4", "2", "0"}, 5577: {"6000", "3000", "0"}, 1.1e12: {"1500000000000", "750000000000", "0"}} {
		p := BarChartProps{Bars: []Bar{{Value: 0}, {Value: most}}, Say: func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }}
		if got := p.scale(); !slices.Equal(got, want) {
			t.Errorf("up to %v the scale is %q", most, got)
		}
		if tall := p.Bars[1].tall(p.top()); tall > height || tall < height/2 {
			t.Errorf("%v is drawn %v high", most, tall)
		}
	}
	if got := (BarChartProps{Bars: []Bar{{}}, Say: func(float64) string { return "" }}).scale(); got != nil {
		t.Errorf("nothing has a scale: %q", got)
	}
}
