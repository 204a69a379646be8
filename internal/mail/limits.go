package mail

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"plusultra.link/privacy/internal/address"
)

// Limit is how much one receiving domain is sent.
type Limit struct {
	Minute int `json:"minute"`  // messages, at most
	AtOnce int `json:"at_once"` // workers that send to it, at most
}

// Limits are those of domains, and of all others under "". Without any, a domain
// is sent as much as there is until it asks for less.
type Limits map[string]Limit

// ParseLimits reads limits such as 300/4 and example.com=1200/8.
func ParseLimits(list []string) (Limits, error) {
	limits := Limits{}
	for _, one := range list {
		domain, figures, named := strings.Cut(one, "=")
		if !named {
			domain, figures = "", one
		}
		minute, atOnce, both := strings.Cut(figures, "/")
		var l Limit
		var err, err2 error
		l.Minute, err = strconv.Atoi(minute)
		l.AtOnce, err2 = strconv.Atoi(atOnce)
		if !both || err != nil || err2 != nil || l.Minute < 1 || l.AtOnce < 1 || l.Minute > 1_000_000 || l.AtOnce > 1_000_000 {
			return nil, fmt.Errorf("%q is not a limit such as 300/4 (messages a minute, and at once) or example.com=1200/8", one)
		}
		if named {
			at, err := address.Parse("x@" + domain)
			if err != nil {
				return nil, fmt.Errorf("%q names no domain such as example.com", one)
			}
			domain = at.Domain()
		}
		if _, twice := limits[domain]; twice {
			return nil, fmt.Errorf("%q is the second limit for the same domain", one)
		}
		limits[domain] = l
	}
	return limits, nil
}

// domainOf is the domain that receives what goes to an address.
func domainOf(to string) string {
	at, err := address.Parse(to)
	if err != nil {
		return ""
	}
	return at.Domain()
}

const (
	slowFirst   = 10 * time.Second // after the first time that a domain asks for less, and twice as long after each further one
	slowLongest = 30 * time.Minute
	quietDomain = 24 * time.Hour // after which nothing is known of it any more
)
