package deadline

import "time"

// Name is what a holiday is called, by language code.
type Name map[string]string

// Calendar knows the public holidays of a place.
type Calendar interface {
	// Holiday tells whether the day is one, and its name.
	Holiday(day Day) (Name, bool)
}

// Holidays are an operator's own list, day by day.
type Holidays map[Day]Name

// Holiday looks the day up.
func (h Holidays) Holiday(day Day) (Name, bool) {
	name, ok := h[day]
	return name, ok
}

// Together joins calendars: a holiday of any is a holiday. The first that
// knows the day names it.
func Together(calendars ...Calendar) Calendar { return together(calendars) }

type together []Calendar

func (t together) Holiday(day Day) (Name, bool) {
	for _, c := range t {
		if name, ok := c.Holiday(day); ok {
			return name, true
		}
	}
	return nil, false
}

// EEA has the two days that are public holidays in every state of the
// European Economic Area. What counts in law are the holidays of the state
// that acts (Regulation 1182/71 art. 2(1)): an operator adds those.
type EEA struct{}

// Holiday knows New Year's Day and Christmas Day.
func (EEA) Holiday(day Day) (Name, bool) {
	switch {
	case day.Month == time.January && day.Day == 1:
		return Name{"en": "New Year's Day", "ja": "元日"}, true
	case day.Month == time.December && day.Day == 25:
		return Name{"en": "Christmas Day", "ja": "クリスマス"}, true
	}
	return nil, false
}

// USFederal has the legal public holidays of 5 U.S.C. 6103(a), with the
// weekday on which one that falls on a weekend is kept.
type USFederal struct{}

// Holiday knows the day itself and the weekday it is kept on.
func (USFederal) Holiday(day Day) (Name, bool) {
	if name := federal(day); name != nil {
		return name, true
	}
	switch day.Weekday() {
	case time.Friday: // a Saturday's is kept on the Friday before
		if name := federal(day.Add(1)); name != nil {
			return name, true
		}
	case time.Monday: // a Sunday's is kept on the Monday after
		if name := federal(day.Add(-1)); name != nil {
			return name, true
		}
	default:
	}
	return nil, false
}

// week tells which of its weekday in the month the day is: 3 for the third
// Monday; last tells whether no other follows.
func week(day Day) (nth int, last bool) {
	return (day.Day + 6) / 7, day.Add(7).Month != day.Month
}

func federal(day Day) Name {
	nth, last := week(day)
	on := day.Weekday()
	switch {
	case day.Month == time.January && day.Day == 1:
		return Name{"en": "New Year's Day", "ja": "元日"}
	case day.Month == time.January && on == time.Monday && nth == 3:
		return Name{"en": "Birthday of Martin Luther King, Jr.", "ja": "キング牧師記念日"}
	case day.Month == time.February && on == time.Monday && nth == 3:
		return Name{"en": "Washington's Birthday", "ja": "ワシントン誕生日"}
	case day.Month == time.May && on == time.Monday && last:
		return Name{"en": "Memorial Day", "ja": "戦没将兵追悼記念日"}
	case day.Month == time.June && day.Day == 19 && day.Year >= 2021:
		return Name{"en": "Juneteenth", "ja": "ジューンティーンス（奴隷解放記念日）"}
	case day.Month == time.July && day.Day == 4:
		return Name{"en": "Independence Day", "ja": "独立記念日"}
	case day.Month == time.September && on == time.Monday && nth == 1:
		return Name{"en": "Labor Day", "ja": "労働者の日"}
	case day.Month == time.October && on == time.Monday && nth == 2:
		return Name{"en": "Columbus Day", "ja": "コロンブス・デー"}
	case day.Month == time.November && day.Day == 11:
		return Name{"en": "Veterans Day", "ja": "復員軍人の日"}
	case day.Month == time.November && on == time.Thursday && nth == 4:
		return Name{"en": "Thanksgiving Day", "ja": "感謝祭"}
	case day.Month == time.December && day.Day == 25:
		return Name{"en": "Christmas Day", "ja": "クリスマス"}
	}
	return nil
}
