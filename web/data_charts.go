package web

import (
	"plusultra.link/privacy/internal/record"
	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/views"
)

const (
	fewestSteps = 2  // below it a chart shows nothing that a table does not
	mostMonths  = 36 // bars that still fit; older ones are in the table of rows
)

// charts draw what was observed over time: people would rather look than read.
func charts(category register.Category, held record.Timeline) []views.DataChart {
	holding, ok := category.IngestHolding()
	if !ok || category.Origin != register.Observed || len(held.Steps) < fewestSteps {
		return nil
	}
	count := views.DataChart{Monthly: held.Monthly}
	amount := views.DataChart{Monthly: held.Monthly, Amount: true}
	for _, s := range filled(held) {
		count.Steps = append(count.Steps, views.DataStep{Day: s.Start, N: s.Rows})
		amount.Steps = append(amount.Steps, views.DataStep{Day: s.Start, N: s.Amount})
	}
	if field, ok := holding.Field(holding.Tally); ok {
		amount.Unit = string(field.Type)
		return []views.DataChart{count, amount}
	}
	return []views.DataChart{count}
}

// filled has the steps between, too, in which there was nothing.
func filled(held record.Timeline) []record.Step {
	var all []record.Step
	for some, at := held.Steps, held.Steps[0].Start; len(some) > 0; {
		step := record.Step{Start: at}
		if some[0].Start.Equal(at) {
			step, some = some[0], some[1:]
		}
		all = append(all, step)
		if held.Monthly {
			at = at.AddDate(0, 1, 0)
		} else {
			at = at.AddDate(0, 0, 1)
		}
	}
	if held.Monthly {
		return all[max(0, len(all)-mostMonths):]
	}
	return all
}
