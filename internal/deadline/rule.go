package deadline

import (
	"fmt"
	"strconv"
	"strings"
)

// Rule names how long the law, or the operator, allows. It is what the
// register writes beside a kind of request; see ParseRule.
type Rule string

// The rules that have a number of their own.
const (
	// GDPRMonth is GDPR art. 12(3): one calendar month from receipt.
	GDPRMonth Rule = "gdpr-month"
	// GDPRExtended is the same, extended by two further months.
	GDPRExtended Rule = "gdpr-month-extended"
	// CCPAConfirm is 11 CCR 7021(a): receipt is confirmed within ten business days.
	CCPAConfirm Rule = "ccpa-confirm"
	// CCPA45 is 11 CCR 7021(b): 45 calendar days from receipt.
	CCPA45 Rule = "ccpa-45"
	// CCPA90 is the same, extended: 90 calendar days from receipt and never more.
	CCPA90 Rule = "ccpa-90"
	// CCPAOptOut is 11 CCR 7026(f): fifteen business days.
	CCPAOptOut Rule = "ccpa-optout"
	// Shine30 is Cal. Civ. Code 1798.83(b): thirty days.
	Shine30 Rule = "shine-30"
	// FADP30 is art. 18(1) of the Swiss Data Protection Ordinance: thirty days.
	FADP30 Rule = "fadp-30"
	// FADP60 is the same, extended. Art. 18(2) sets no limit; thirty days more are ours.
	FADP60 Rule = "fadp-60"
)

// APPIDefault is what the operator promises in days where the Japanese law
// says "without delay" and nothing else is configured.
const APPIDefault = 14

// longest is the most days that a rule with a number may have: ten years are
// a slip of the keyboard.
const longest = 3650

// APPI is the operator's own figure, in days, for "without delay" of the
// Japanese Act on the Protection of Personal Information.
func APPI(days int) Rule { return Rule("appi-" + strconv.Itoa(days)) }

// ParseRule reads a rule's name: one of the constants, "appi" (two weeks),
// "appi-N" and "days-N" of the operator's, "law-N" of a law, or "law-N+M" of a law
// that lets it be extended by M days.
func ParseRule(name string) (Rule, error) {
	if name == "appi" {
		return APPI(APPIDefault), nil
	}
	if _, err := Rule(name).span(); err != nil {
		return "", err
	}
	return Rule(name), nil
}

// UnmarshalText reads a rule from YAML or JSON and refuses unknown ones.
func (r *Rule) UnmarshalText(text []byte) (err error) {
	*r, err = ParseRule(string(text))
	return err
}

// Extension is the rule that r becomes once extended, and whether it may be:
// an extended one may not be extended again.
func (r Rule) Extension() (Rule, bool) {
	if to, ok := map[Rule]Rule{GDPRMonth: GDPRExtended, CCPA45: CCPA90, FADP30: FADP60}[r]; ok {
		return to, true
	}
	if n, more, ok := lawful(r); ok && more > 0 {
		return Rule("longer-" + strconv.Itoa(n+more)), true
	}
	return "", false
}

// span is a length of time: one of its three numbers is set.
type span struct {
	months, days, businessDays int
	// toWorkingDay: if it ends on a day off, it ends on the next working day.
	toWorkingDay bool
	key          string
	count        int // what the message says as {{.Count}}, if it does
}

func (r Rule) span() (span, error) {
	switch r {
	case GDPRMonth:
		return span{months: 1, toWorkingDay: true, key: "deadline.gdprMonth"}, nil
	case GDPRExtended:
		return span{months: 3, toWorkingDay: true, key: "deadline.gdprExtended"}, nil
	case CCPAConfirm:
		return span{businessDays: 10, key: "deadline.ccpaConfirm"}, nil
	case CCPA45:
		return span{days: 45, key: "deadline.ccpa45"}, nil
	case CCPA90:
		return span{days: 90, key: "deadline.ccpa90"}, nil
	case CCPAOptOut:
		return span{businessDays: 15, key: "deadline.ccpaOptOut"}, nil
	case Shine30:
		return span{days: 30, key: "deadline.shine30"}, nil
	case FADP30:
		return span{days: 30, key: "deadline.fadp30"}, nil
	case FADP60:
		return span{days: 60, key: "deadline.fadp60"}, nil
	}
	if n, _, ok := lawful(r); ok {
		return span{days: n, key: "deadline.law", count: n}, nil
	}
	if n, ok := numbered(r, "longer-"); ok {
		return span{days: n, key: "deadline.longer", count: n}, nil
	}
	if n, ok := numbered(r, "appi-"); ok {
		return span{days: n, key: "deadline.appi", count: n}, nil
	}
	if n, ok := numbered(r, "days-"); ok {
		return span{days: n, key: "deadline.days", count: n}, nil
	}
	return span{}, fmt.Errorf("no legal clock is called %q", string(r))
}

// lawful reads the days that a law allows, and how many more: law-45+45.
func lawful(r Rule) (days, more int, ok bool) {
	first, second, extended := strings.Cut(string(r), "+")
	days, ok = numbered(Rule(first), "law-")
	if ok && extended {
		more, ok = numbered(Rule(second), "")
	}
	return days, more, ok
}

// numbered reads the figure of a rule such as days-7. A figure is written in
// one way only, so that equal rules are equal strings.
func numbered(r Rule, prefix string) (int, bool) {
	digits, ok := strings.CutPrefix(string(r), prefix)
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(digits)
	return n, err == nil && n >= 1 && n <= longest && strconv.Itoa(n) == digits
}
