package main

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// A made-up life has more of some days than of others: it uses the service more
// as time goes by and in winter, on weekends and at Christmas, goes away in August,
// and had a week without any in its last spring.

const holiday = 15 // days from 8 August on, somewhere else

// busy is how much happens on a day, beside others.
func busy(r *rand.Rand, day, begin, end time.Time) float64 {
	grown := float64(day.Sub(begin)) / float64(end.Sub(begin))
	much := (0.55 + 0.7*grown) * (1 + 0.25*math.Cos(2*math.Pi*float64(day.YearDay()-15)/365)) * (0.6 + 0.8*r.Float64())
	if free(day) {
		much *= 1.4
	}
	switch month := day.Month(); {
	case away(day):
		much *= 0.2
	case month == time.December && day.Day() >= 22:
		much *= 1.5
	case month == time.March && day.Day() >= 9 && day.Day() < 16 && day.Year() == begin.Year()+1:
		much = 0
	}
	return much
}

func free(day time.Time) bool { return day.Weekday() == time.Saturday || day.Weekday() == time.Sunday }

func away(day time.Time) bool {
	return day.Month() == time.August && day.Day() >= 8 && day.Day() < 8+holiday
}

// hours are the busy ones of a day: breakfast, lunch, and the evening most of all.
func hours() []float64 {
	return []float64{3, 1, 1, 0, 0, 1, 3, 8, 7, 4, 4, 5, 7, 5, 4, 4, 6, 8, 11, 15, 18, 19, 14, 7}
}

// moments are n of them between two days, in their order.
func moments(r *rand.Rand, n int, begin, end time.Time) []time.Time {
	days := int(end.Sub(begin).Hours() / 24)
	weights, all := make([]float64, days), 0.0
	for i := range weights {
		weights[i] = busy(r, begin.AddDate(0, 0, i), begin, end)
		all += weights[i]
	}
	at := make([]time.Time, 0, n)
	sum := 0.0
	for i, weight := range weights {
		day := begin.AddDate(0, 0, i)
		for sum += weight; len(at) < int(math.Round(float64(n)*sum/all)); {
			at = append(at, day.Add(time.Duration(oneOf(r, hours()))*time.Hour+time.Duration(r.IntN(3600))*time.Second))
		}
	}
	slices.SortFunc(at, time.Time.Compare)
	return at
}

// oneOf picks an index, each as often as its weight says.
func oneOf(r *rand.Rand, weights []float64) int {
	all := 0.0
	for _, w := range weights {
		all += w
	}
	at := r.Float64() * all
	for i, w := range weights {
		if at -= w; at < 0 {
			return i
		}
	}
	return len(weights) - 1
}

// whereOn is which of some networks a moment's is: the first is home, the last
// home too, the second is for weekends and the third for the holidays.
func whereOn(r *rand.Rand, at time.Time, networks int) int {
	likely := []float64{6, 0.3, 0.1, 2}
	switch {
	case away(at):
		likely = []float64{0.2, 0.1, 8, 0.1}
	case free(at):
		likely = []float64{5, 3, 0.1, 2}
	}
	return oneOf(r, likely[:networks])
}
