package views

import (
	"context"

	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

func (s DownloadState) badge(ctx context.Context) ui.BadgeProps {
	b := ui.BadgeProps{Label: text.T(ctx, "export.states."+string(s))}
	switch s {
	case DownloadWaiting, DownloadBuilding:
		b.Kind, b.Icon = ui.Info, "clock"
	case DownloadReady:
		b.Kind, b.Icon = ui.Done, "done"
	case DownloadIncomplete:
		b.Kind, b.Icon = ui.Turn, "warning"
	case DownloadFailed:
		b.Kind, b.Icon = ui.Danger, "warning"
	case DownloadExpired:
	}
	return b
}

func downloadCells(ctx context.Context, rows []DownloadRow) [][]ui.Cell {
	cells := make([][]ui.Cell, len(rows))
	for i, r := range rows {
		contents, size, until := text.N(ctx, "export.kinds", r.Kinds), "–", "–"
		if r.Bytes > 0 {
			contents = text.Commas(ctx, []string{contents, text.N(ctx, "export.rows", r.Rows)})
			size = text.Bytes(ctx, r.Bytes)
		}
		if !r.Until.IsZero() {
			until = text.Moment(ctx, r.Until)
		}
		cells[i] = []ui.Cell{{Text: text.Time(ctx, r.Asked), Href: r.Href}, {Inside: ui.Badge(r.State.badge(ctx))}, {Text: contents}, {Text: size}, {Text: until}}
	}
	return cells
}

func downloadOptions(ctx context.Context, list []DownloadOption) []ui.Option {
	options := make([]ui.Option, len(list))
	for i, o := range list {
		hint := text.N(ctx, "export.rows", o.Rows)
		switch {
		case o.Silent:
			hint = text.T(ctx, "data.silentShort")
		case o.Rows == 0:
			hint = text.T(ctx, "export.nothing")
		case !o.Since.IsZero():
			hint = text.T(ctx, "export.held", "Rows", hint, "Since", o.Since)
		}
		options[i] = ui.Option{Value: o.ID, Label: o.Name, Selected: o.Ticked, Hint: hint}
	}
	return options
}

func (b DownloadBar) props(ctx context.Context) ui.ProgressProps {
	bar := ui.ProgressProps{ID: "how-far", Label: text.T(ctx, "export.progress"), Done: b.Done, Total: b.Total, Poll: b.Poll, Said: text.T(ctx, "export.progressWaiting")}
	if b.Total > 0 {
		bar.Said = text.T(ctx, "export.progressOf", "Done", text.Number(ctx, b.Done), "Total", text.N(ctx, "export.rows", b.Total))
	}
	return bar
}

// downloadAlerts say what the reader should know now.
func downloadAlerts(ctx context.Context, p DownloadPage) []ui.AlertProps {
	switch p.State {
	case DownloadWaiting:
		switch {
		case p.Delaying != "":
			return []ui.AlertProps{{Text: text.T(ctx, "export.delayed", "Category", p.Delaying)}}
		case p.Delayed:
			return []ui.AlertProps{{Text: text.T(ctx, "export.delayedAny")}}
		}
	case DownloadBuilding:
	case DownloadReady, DownloadIncomplete:
		alerts := []ui.AlertProps{{Kind: ui.Done, Title: text.T(ctx, "export.readyTitle"), Text: text.T(ctx, "export.readyText", "Until", text.Moment(ctx, p.Until))}}
		var missing []string
		for _, part := range p.Parts {
			if part.Missing {
				missing = append(missing, part.Name)
			}
		}
		if len(missing) > 0 {
			alerts = append(alerts, ui.AlertProps{
				Kind: ui.Turn, Title: text.T(ctx, "export.partial"),
				Text: text.T(ctx, "export.partialText", "Categories", text.Clauses(ctx, missing), "Privacy", p.Privacy),
			})
		}
		return alerts
	case DownloadFailed:
		return []ui.AlertProps{{Kind: ui.Danger, Title: text.T(ctx, "export.failedTitle"), Text: text.T(ctx, "export.failedText", "Privacy", p.Privacy)}}
	case DownloadExpired:
		return []ui.AlertProps{{Title: text.T(ctx, "export.goneTitle"), Text: text.T(ctx, "export.goneText")}}
	}
	return nil
}

func downloadFacts(ctx context.Context, p DownloadPage) []ui.SummaryRow {
	rows := []ui.SummaryRow{{Key: text.T(ctx, "export.asked"), Inside: ui.Time(moment(ctx, p.Asked))}}
	if p.Fetch == "" {
		return rows
	}
	return append(rows,
		ui.SummaryRow{Key: text.T(ctx, "export.until"), Inside: ui.Time(moment(ctx, p.Until))},
		ui.SummaryRow{Key: text.T(ctx, "export.size"), Value: text.Bytes(ctx, p.Bytes)},
		ui.SummaryRow{Key: text.T(ctx, "export.fingerprint"), Inside: ui.Copy(ui.CopyProps{ID: "fingerprint", Text: p.Fingerprint})},
	)
}

func hiddenCategories(ids []string) []ui.Hidden {
	fields := make([]ui.Hidden, len(ids))
	for i, id := range ids {
		fields[i] = ui.Hidden{Name: "categories", Value: id}
	}
	return fields
}

func downloadParts(ctx context.Context, parts []DownloadPart) [][]ui.Cell {
	rows := make([][]ui.Cell, len(parts))
	for i, p := range parts {
		rows[i] = []ui.Cell{{Text: p.Name}, {Text: text.Number(ctx, p.Rows)}, {}}
		if p.Missing {
			rows[i][2] = ui.Cell{Inside: ui.Badge(ui.BadgeProps{Kind: ui.Turn, Label: text.T(ctx, "export.missing"), Icon: "warning"})}
		}
	}
	return rows
}
