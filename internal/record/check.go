package record

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/register"
	say "plusultra.link/privacy/views/text" // text is a kind of value here
)

// Reason is why a row was refused; its words are the message
// "record.refused." + Reason.
type Reason string

// The reasons. Undeclared and Forbidden differ: what is forbidden may not even
// be declared (promises P4 and P7), and is counted.
const (
	Undeclared Reason = "undeclared"
	Forbidden  Reason = "forbidden"
	Card       Reason = "card"
	Required   Reason = "required"
	WrongType  Reason = "type"
	TooLong    Reason = "long"
	OutOfRange Reason = "range"
	Twice      Reason = "twice"
	BadText    Reason = "text" // NUL or no UTF-8
	Ragged     Reason = "ragged"
	BadQuotes  Reason = "quotes"
	BadJSON    Reason = "json"
	LongLine   Reason = "line"
	Unknown    Reason = "person"
	SaidNo     Reason = "consent"  // the person has refused what it rests on that such rows are held
	OneAddress Reason = "network"  // of one device, where a network is asked for (promise P7)
	NoPlace    Reason = "place"    // an address of something, where words for a place are asked for (promise P7)
	NoCountry  Reason = "country"  // no code of a country that is offered
	PastTime   Reason = "past"     // older than the register keeps such a row (promise P22)
	PastOwn    Reason = "own"      // older than the person wants such a row kept
	Deleted    Reason = "deleted"  // of a time that the person had deleted (promise P23)
	Objected   Reason = "objected" // the person objected to all that such a row is used for (GDPR art. 21)
	TooYoung   Reason = "young"    // the person may not yet say the yes it rests on, and no guardian has (promise P21)
	Unfit      Reason = "database"
)

// cell is a value as it came, before anybody believed it.
type cell struct {
	kind cellKind
	text []byte
}

type cellKind byte

const (
	absent   cellKind = iota
	text              // of CSV, or a string of JSON without its quotes and escapes
	plain             // a number or boolean of JSON
	composed          // an object or array of JSON
)

const (
	maxDepth    = 32 // of JSON in JSON
	clockSkew   = 24 * time.Hour
	firstYear   = 2000 // nothing here was held before; keeps partitions few
	fewestCard  = 13   // digits of the shortest card number
	dateLayout  = time.DateOnly
	noReason    = Reason("")
	largestInt  = 1<<53 - 1 // beyond it JSON readers lose digits
	maxNumerals = 64        // of one number inside JSON
)

// checker holds values to one category.
type checker struct {
	reg      *register.Register
	category string
	now      time.Time
	begin    time.Time      // of what is kept; zero: no row goes by its own time
	names    *memo[verdict] // which are forbidden
	places   *memo[bool]    // which are words for one
}

func newChecker(reg *register.Register, category string, now time.Time) checker {
	var begin time.Time
	if c, _ := reg.Category(category); c.Retention.From == register.SinceRow {
		begin = c.Retention.Keep.Before(now)
	}
	return checker{
		reg: reg, category: category, now: now, begin: begin, places: newMemo(placeName, mostKnown),
		names: newMemo(func(name string) (v verdict) {
			v.ban, v.is = reg.ForbiddenField(category, name)
			return v
		}, mostKnown),
	}
}

// canonical gives the one form in which a value is stored: the same fact
// always becomes the same bytes. An absent value gives nil. What is not as it
// was written stands in the room of into, if that is enough.
func (c checker) canonical(into []byte, f dictionary.Field, v cell) ([]byte, Reason) {
	into = into[:0]
	if v.kind == absent || (v.kind == text && len(v.text) == 0) {
		if f.Required {
			return nil, Required
		}
		return nil, noReason
	}
	switch f.Type {
	case dictionary.TypeInteger, dictionary.TypeBytes, dictionary.TypeSeconds:
		return number(into, f, v)
	case dictionary.TypeBoolean:
		if s := string(v.text); s != "true" && s != "false" {
			return nil, WrongType
		}
		return v.text, noReason
	case dictionary.TypeList:
		return c.list(f, v)
	case dictionary.TypeJSON:
		return c.json(v)
	default: // the rest are texts of some form
	}
	if v.kind != text {
		return nil, WrongType
	}
	switch f.Type {
	case dictionary.TypeTime:
		at, reason := c.time(v.text)
		return at.AppendFormat(into, time.RFC3339Nano), reason
	case dictionary.TypeDate:
		if _, err := time.Parse(dateLayout, string(v.text)); err != nil {
			return nil, WrongType
		}
		return v.text, noReason
	case dictionary.TypeAddress:
		return ipAddress(into, v.text)
	case dictionary.TypeNetwork:
		return network(into, v.text)
	case dictionary.TypePlace:
		if !c.places.of(v.text) {
			return nil, NoPlace
		}
	case dictionary.TypeEmail:
		a, err := address.Parse(string(v.text))
		if err != nil {
			return nil, WrongType
		}
		return append(into, a.String()...), noReason
	default: // free text
	}
	if f.Names == dictionary.ByCountry {
		return country(v.text)
	}
	return v.text, c.words(f, v.text)
}

// words checks free text: how long it is, and that no card is in it.
func (c checker) words(f dictionary.Field, s []byte) Reason {
	if f.Max > 0 && int64(len(s)) > f.Max && int64(utf8.RuneCount(s)) > f.Max {
		return TooLong
	}
	if reason := c.enclosed(string(s), 0); reason != noReason {
		return reason
	}
	return c.card(s)
}

func (c checker) card(s []byte) Reason {
	if digitsIn(s) < fewestCard {
		return noReason
	}
	if _, banned := c.reg.ForbiddenValue(c.category, string(s)); banned {
		return Card
	}
	return noReason
}

// ban names the ban of the register behind a refusal.
func (c checker) ban(field string, reason Reason) string {
	var ban register.Ban
	switch reason {
	case Forbidden:
		ban, _ = c.banned(field)
	case Card:
		ban, _ = c.reg.ForbiddenValue(c.category, aCard)
	default: // no ban of the register
	}
	return ban.ID
}

// country reads a country's code in either case.
func country(s []byte) ([]byte, Reason) {
	code := strings.ToUpper(strings.TrimSpace(string(s)))
	if !say.IsCountry(code) {
		return nil, NoCountry
	}
	return []byte(code), noReason
}

// aCard is a number that every payment terminal knows as a test.
const aCard = "4111111111111111"

// time reads RFC 3339, to the microsecond that the database keeps.
func (c checker) time(s []byte) (time.Time, Reason) {
	at, err := time.Parse(time.RFC3339Nano, string(s))
	if err != nil {
		return time.Time{}, WrongType
	}
	at = at.UTC().Truncate(time.Microsecond)
	if at.Year() < firstYear || at.After(c.now.Add(clockSkew)) {
		return time.Time{}, OutOfRange
	}
	return at, noReason
}

func number(into []byte, f dictionary.Field, v cell) ([]byte, Reason) {
	if v.kind == composed {
		return nil, WrongType
	}
	n, err := strconv.ParseInt(string(v.text), 10, 64)
	if err != nil {
		return nil, WrongType
	}
	limit := f.Max
	if limit == 0 {
		limit = largestInt
	}
	if n < 0 || n > limit {
		return nil, OutOfRange
	}
	return strconv.AppendInt(into, n, 10), noReason
}
