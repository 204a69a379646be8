package demo

import "plusultra.link/privacy/internal/standin"

// ServiceUsers are who has an account at the stand-in for a sign-in service:
// Robin, to link, and somebody who is not a customer yet.
func ServiceUsers() []standin.User {
	return []standin.User{
		{Subject: "demo-robin", Email: Main, EmailVerified: true, Name: "Robin Example", GivenName: "Robin", FamilyName: "Example", Locale: "en"},
		{Subject: "demo-noor", Email: "noor@example.com", EmailVerified: true, Name: "Noor Newcomer", GivenName: "Noor", FamilyName: "Newcomer", Locale: "en"},
	}
}
