package views

// LookupsPage shows a person who on the staff looked at their data.
type LookupsPage struct {
	Shell
	Keep  string // how long an entry stays
	Looks []LookRow
	Wrong string // whom to tell if a reason looks wrong
	Older string
}

// LookRow is one look.
type LookRow struct {
	When, ISO, Role, What, Why, Words string
}
