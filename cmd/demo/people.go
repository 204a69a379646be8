package main

import (
	"net/netip"

	"plusultra.link/privacy/internal/account"
)

// password is every demo person's. It is printed at start; the demo listens
// on loopback alone.
const password = "open harbour daylight"

// somebody is one made-up person, and how much there is of them.
type somebody struct {
	Name, Email, About       string
	Lang, Country, Region    string
	Street, PostalCode, City string
	Band                     account.AgeBand
	Topics                   []string
	Days                     int // since they joined
	Connections              int // rows of the connection log
	Visits                   int // rows of site usage
	Networks                 []place
	Seed                     uint64 // of their made-up rows
}

// place is a network that connections come from, in the ranges set aside for
// documentation (RFC 5737, RFC 3849).
type place struct{ Network, Name string }

// address is one within the network.
func (p place) address() string { return netip.MustParsePrefix(p.Network).Addr().Next().String() }

// robin is the person to try everything with.
const robin = "robin@example.com"

// cast is who lives in the demo.
func cast() []somebody {
	return []somebody{
		{
			Name: "Robin Example", Email: robin, About: "Berlin. Three years with the service, 200,000 connections in the last one, two open requests.", Lang: "en", Country: "DE", Street: "Musterstraße 1", PostalCode: "10115", City: "Berlin",
			Band: account.Adult, Topics: []string{"new-features", "promotions", "analytics", "transfer-us"}, Days: 1075, Seed: 1, Connections: 200_000, Visits: 1_200,
			Networks: []place{{"192.0.2.0/24", "Berlin, DE"}, {"198.51.100.0/24", "Hamburg, DE"}, {"203.0.113.0/24", "Vienna, AT"}, {"2001:db8:10::/48", "Berlin, DE"}},
		},
		{
			Name: "見本 光", Email: "hikari@example.com", About: "Tokyo, and reads Japanese. Two years with the service, a refused request and a complaint.", Lang: "ja", Country: "JP", Region: "東京都", Street: "見本町1-2-3", PostalCode: "100-0001", City: "千代田区",
			Band: account.Adult, Topics: []string{"new-features", "software-updates", "analytics", "transfer-us"}, Days: 722, Seed: 2, Connections: 1_500, Visits: 200,
			Networks: []place{{"203.0.113.128/25", "Tokyo, JP"}, {"2001:db8:81::/48", "Osaka, JP"}},
		},
		{
			Name: "Sam Sample", Email: "sam@example.com", About: "Los Angeles, under 18. Little data, and posts to be taken down.", Lang: "en", Country: "US", Region: "CA", Street: "1 Sample Street", PostalCode: "90001", City: "Los Angeles",
			Band: account.Youth, Days: 703, Seed: 3, Connections: 300, Visits: 80,
			Networks: []place{{"198.51.100.128/25", "Los Angeles, US"}},
		},
	}
}
