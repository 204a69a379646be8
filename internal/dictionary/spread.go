package dictionary

import "plusultra.link/privacy/internal/postgres"

// Spread is how tables lie where the database is many machines: what grows with
// what people do is spread by whose it is. That is what ingest fills, and the
// sums of it. Each transaction that writes there writes one of the tables beside,
// too, which is what makes it one on two machines.
func (d *Dictionary) Spread() postgres.Spread {
	s := postgres.Spread{By: "person_id", Over: []string{"record_month"}, Beside: []string{"audit_entry", "erasure_part", "erasure_step", "ingest_run", "record_period", "retention_choice", "retention_run"}}
	for _, h := range d.Holdings {
		if h.Ingest || h.Records {
			s.Over = append(s.Over, h.Table)
		}
	}
	return s
}
