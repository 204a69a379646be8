package main

import "plusultra.link/privacy/internal/standin"

// serviceUsers are who has an account at the stand-in for a sign-in service:
// Robin, to link, and somebody who is not a customer yet.
func serviceUsers() []standin.User {
	return []standin.User{
		{Subject: "demo-robin", Email: robin, EmailVerified: true, Name: "Robin Example", GivenName: "Robin", FamilyName: "Example", Locale: "en"},
		{Subject: "demo-noor", Email: "noor@example.com", EmailVerified: true, Name: "Noor Newcomer", GivenName: "Noor", FamilyName: "Newcomer", Locale: "en"},
	}
}
