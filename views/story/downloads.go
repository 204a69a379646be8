package story

import (
	"context"

	"github.com/a-h/templ"

	"plusultra.link/privacy/views"
	"plusultra.link/privacy/views/text"
	"plusultra.link/privacy/views/ui"
)

func downloads() Group {
	page := func(change func(context.Context, *views.DownloadPage)) func(context.Context) templ.Component {
		return func(ctx context.Context) templ.Component {
			p := download(ctx)
			change(ctx, &p)
			return views.Download(p)
		}
	}
	return Group{Name: "Downloads", Stories: []Story{
		{Name: "None yet", Page: func(ctx context.Context) templ.Component { return views.Downloads(downloadsPage(ctx)) }},
		{Name: "Of every state", Page: func(ctx context.Context) templ.Component { return views.Downloads(downloadsOfAll(ctx)) }},
		{Name: "Choose", Page: func(ctx context.Context) templ.Component { return views.NewDownload(newDownload(ctx, nil)) }},
		{Name: "Choose, nothing ticked", Page: func(ctx context.Context) templ.Component {
			return views.NewDownload(newDownload(ctx, ui.Problems{{Field: "categories", Text: text.T(ctx, "export.categoryNone")}}))
		}},
		{Name: "Waiting for a source", Page: page(downloadWaiting)},
		{Name: "Being made", Page: page(downloadBuilding)},
		{Name: "The bar alone", Part: func(ctx context.Context) templ.Component { return views.DownloadProgress(downloadBar(ctx)) }},
		{Name: "Ready", Page: page(downloadReady)},
		{Name: "Ready, with gaps", Page: page(downloadPartial)},
		{Name: "Failed", Page: page(downloadFailed)},
		{Name: "Expired", Page: page(downloadExpired)},
	}}
}

func week(ctx context.Context) string { return text.N(ctx, "unit.days", 7) }

func until(ctx context.Context) string {
	return pick(ctx, "29 November 2026 21:40 UTC", "2026年11月29日 21:40 UTC")
}

func asked(ctx context.Context) string {
	return pick(ctx, "22 November 2026 21:38 UTC", "2026年11月22日 21:38 UTC")
}

func stateBadge(ctx context.Context, state string) ui.BadgeProps {
	b := ui.BadgeProps{Label: text.T(ctx, "export.states."+state)}
	switch state {
	case "waiting", "building":
		b.Kind, b.Icon = ui.Info, "clock"
	case "ready":
		b.Kind, b.Icon = ui.Done, "done"
	case "incomplete":
		b.Kind, b.Icon = ui.Turn, "warning"
	case "failed":
		b.Kind, b.Icon = ui.Danger, "warning"
	}
	return b
}

func downloadsPage(ctx context.Context) views.DownloadsPage {
	return views.DownloadsPage{Shell: person(ctx, "downloads", text.T(ctx, "export.title")), Lead: text.T(ctx, "export.lead", "Keep", week(ctx))}
}

func downloadsOfAll(ctx context.Context) views.DownloadsPage {
	p := downloadsPage(ctx)
	for _, state := range []string{"building", "waiting", "ready", "incomplete", "failed", "expired"} {
		row := views.DownloadRow{Href: "/", Asked: asked(ctx), State: stateBadge(ctx, state), Contents: text.N(ctx, "export.kinds", 12), Size: "–", Until: "–"}
		if state == "ready" || state == "incomplete" || state == "expired" {
			row.Contents += text.T(ctx, "export.comma") + text.N(ctx, "export.rows", 214803)
			row.Size, row.Until = "6.4 MB", until(ctx)
		}
		p.Rows = append(p.Rows, row)
	}
	return p
}

func newDownload(ctx context.Context, problems ui.Problems) views.NewDownloadPage {
	held := text.T(ctx, "export.held", "Rows", text.N(ctx, "export.rows", 214803), "Since", pick(ctx, "3 March 2023", "2023年3月3日"))
	ticked := len(problems) == 0
	return views.NewDownloadPage{
		Shell: person(ctx, "downloads", text.T(ctx, "export.chooseTitle")), Problems: problems, Next: text.T(ctx, "export.makeNext", "Keep", week(ctx)),
		Options: []ui.Option{
			{Value: "profile", Label: pick(ctx, "Profile", "プロフィール"), Hint: text.N(ctx, "export.rows", 2), Selected: ticked},
			{Value: "posts", Label: pick(ctx, "Posts", "投稿"), Hint: text.T(ctx, "export.nothing"), Selected: ticked},
			{Value: "connection-log", Label: pick(ctx, "Connection log", "接続の記録"), Hint: held, Selected: ticked},
		},
	}
}

func download(ctx context.Context) views.DownloadPage {
	p := views.DownloadPage{Shell: person(ctx, "downloads", text.T(ctx, "export.openTitle", "Day", pick(ctx, "22 November 2026", "2026年11月22日")))}
	p.Facts = []ui.SummaryRow{{Key: text.T(ctx, "export.asked"), Value: asked(ctx)}}
	return p
}

func downloadBar(ctx context.Context) ui.ProgressProps {
	return ui.ProgressProps{
		ID: "how-far", Label: text.T(ctx, "export.progress"), Done: 120_000, Total: 214_803,
		Said: text.T(ctx, "export.progressOf", "Done", text.Number(ctx, 120_000), "Total", text.N(ctx, "export.rows", 214_803)),
	}
}

func downloadWaiting(ctx context.Context, p *views.DownloadPage) {
	p.State = stateBadge(ctx, "waiting")
	p.Alerts = []ui.AlertProps{{Text: text.T(ctx, "export.delayed", "Category", pick(ctx, "Connection log", "接続の記録"))}}
	p.Progress = &ui.ProgressProps{ID: "how-far", Label: text.T(ctx, "export.progress"), Said: text.T(ctx, "export.progressWaiting")}
}

func downloadBuilding(ctx context.Context, p *views.DownloadPage) {
	bar := downloadBar(ctx)
	p.State, p.Progress = stateBadge(ctx, "building"), &bar
}

func downloadReady(ctx context.Context, p *views.DownloadPage) {
	p.State, p.Fetch = stateBadge(ctx, "ready"), "/"
	p.Alerts = []ui.AlertProps{{Kind: ui.Done, Title: text.T(ctx, "export.readyTitle"), Text: text.T(ctx, "export.readyText", "Until", until(ctx))}}
	p.Facts = append(p.Facts,
		ui.SummaryRow{Key: text.T(ctx, "export.until"), Value: until(ctx)}, ui.SummaryRow{Key: text.T(ctx, "export.size"), Value: "6.4 MB"},
		ui.SummaryRow{Key: text.T(ctx, "export.fingerprint"), Inside: ui.Copy(ui.CopyProps{ID: "fingerprint", Text: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"})},
	)
	p.Parts = []views.DownloadPart{
		{Name: pick(ctx, "Profile", "プロフィール"), Rows: "2"}, {Name: pick(ctx, "Posts", "投稿"), Rows: "0"}, {Name: pick(ctx, "Connection log", "接続の記録"), Rows: "214,803"},
	}
}

func downloadPartial(ctx context.Context, p *views.DownloadPage) {
	downloadReady(ctx, p)
	p.State, p.Parts[2].Missing = stateBadge(ctx, "incomplete"), true
	p.Alerts = append(p.Alerts, ui.AlertProps{Kind: ui.Turn, Title: text.T(ctx, "export.partial"), Text: text.T(ctx, "export.partialText", "Categories", p.Parts[2].Name, "Privacy", "privacy@example.com")})
}

func downloadFailed(ctx context.Context, p *views.DownloadPage) {
	p.State, p.Again = stateBadge(ctx, "failed"), []ui.Hidden{{Name: "categories", Value: "profile"}}
	p.Alerts = []ui.AlertProps{{Kind: ui.Danger, Title: text.T(ctx, "export.failedTitle"), Text: text.T(ctx, "export.failedText", "Privacy", "privacy@example.com")}}
}

func downloadExpired(ctx context.Context, p *views.DownloadPage) {
	p.State, p.New = stateBadge(ctx, "expired"), true
	p.Alerts = []ui.AlertProps{{Title: text.T(ctx, "export.goneTitle"), Text: text.T(ctx, "export.goneText")}}
}
