package story

import (
	"context"
	"time"

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
		{Name: "The bar alone", Part: func(ctx context.Context) templ.Component { return views.DownloadProgress(downloadBar()) }},
		{Name: "Ready", Page: page(downloadReady)},
		{Name: "Ready, with gaps", Page: page(downloadPartial)},
		{Name: "Failed", Page: page(downloadFailed)},
		{Name: "Expired", Page: page(downloadExpired)},
	}}
}

const week = 7 * 24 * time.Hour

func until() time.Time { return now().Add(week) }

func asked() time.Time { return at("2026-11-22T21:38:00Z") }

func downloadsPage(ctx context.Context) views.DownloadsPage {
	return views.DownloadsPage{Shell: person(ctx, "downloads", text.T(ctx, "export.title")), Keep: week, Most: 5}
}

func downloadsOfAll(ctx context.Context) views.DownloadsPage {
	p := downloadsPage(ctx)
	for _, state := range []views.DownloadState{
		views.DownloadBuilding, views.DownloadWaiting, views.DownloadReady, views.DownloadIncomplete, views.DownloadFailed, views.DownloadExpired,
	} {
		row := views.DownloadRow{Href: "/", Asked: asked(), State: state, Kinds: 12}
		switch state {
		case views.DownloadReady, views.DownloadIncomplete:
			row.Rows, row.Bytes, row.Until = 214_803, 6_400_000, until()
		case views.DownloadExpired:
			row.Rows, row.Bytes, row.Until = 214_803, 6_400_000, asked()
		default: // nothing to fetch
		}
		p.Rows = append(p.Rows, row)
	}
	return p
}

func newDownload(ctx context.Context, problems ui.Problems) views.NewDownloadPage {
	ticked := len(problems) == 0
	return views.NewDownloadPage{
		Shell: person(ctx, "downloads", text.T(ctx, "export.chooseTitle")), Problems: problems, Keep: week,
		Options: []views.DownloadOption{
			{ID: "profile", Name: pick(ctx, "Profile", "プロフィール"), Rows: 2, Ticked: ticked},
			{ID: "posts", Name: pick(ctx, "Posts", "投稿"), Ticked: ticked},
			{ID: "connection-log", Name: pick(ctx, "Connection log", "接続の記録"), Rows: 214_803, Since: at("2025-11-22"), Ticked: ticked},
			{ID: "site-usage", Name: pick(ctx, "Site usage", "サイトのご利用状況"), Silent: true, Ticked: ticked},
		},
	}
}

func download(ctx context.Context) views.DownloadPage {
	return views.DownloadPage{
		Shell: person(ctx, "downloads", text.T(ctx, "export.openTitle", "Day", asked())), Asked: asked(), Privacy: "privacy@example.com", Categories: []string{"profile"},
	}
}

func downloadBar() views.DownloadBar { return views.DownloadBar{Done: 120_000, Total: 214_803} }

func downloadWaiting(ctx context.Context, p *views.DownloadPage) {
	p.State, p.Delayed, p.Delaying = views.DownloadWaiting, true, pick(ctx, "Connection log", "接続の記録")
}

func downloadBuilding(_ context.Context, p *views.DownloadPage) {
	p.State, p.Progress = views.DownloadBuilding, downloadBar()
}

func downloadReady(ctx context.Context, p *views.DownloadPage) {
	p.State, p.Fetch, p.Until, p.Bytes = views.DownloadReady, "/", until(), 6_400_000
	p.Fingerprint = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
	p.Parts = []views.DownloadPart{
		{Name: pick(ctx, "Profile", "プロフィール"), Rows: 2}, {Name: pick(ctx, "Posts", "投稿")}, {Name: pick(ctx, "Connection log", "接続の記録"), Rows: 214_803},
	}
}

func downloadPartial(ctx context.Context, p *views.DownloadPage) {
	downloadReady(ctx, p)
	p.State, p.Parts[2].Missing = views.DownloadIncomplete, true
}

func downloadFailed(_ context.Context, p *views.DownloadPage) { p.State = views.DownloadFailed }

func downloadExpired(_ context.Context, p *views.DownloadPage) { p.State = views.DownloadExpired }
