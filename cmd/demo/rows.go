package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"
)

// Rows are made by a generator with a fixed seed and end at a given day, so
// that every start of the demo on one day makes the same ones.
func chance(seed uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, 2026)) //nolint:gosec // made-up rows, the same each time
}

// connections writes the connections of the year before end, as CSV for `portal
// import --category connection-log`: as long as the register keeps them.
func connections(w io.Writer, p somebody, end time.Time) error {
	return logged(w, p, p.Connections, end.AddDate(-1, 0, 1), end)
}

// overdue are a few connections of the month before that year: what came in when
// it was due, and is past its time by now. The first sweep takes them away.
func overdue(w io.Writer, p somebody, end time.Time) error {
	month := time.Date(end.Year()-1, end.Month()-1, 1, 0, 0, 0, 0, time.UTC)
	return logged(w, p, 40, month, month.AddDate(0, 0, 28))
}

// logged writes n connections between two days.
func logged(w io.Writer, p somebody, n int, begin, end time.Time) error {
	if _, err := io.WriteString(w, "person,started_at,network,place,bytes,seconds\n"); err != nil {
		return err
	}
	r := chance(p.Seed)
	line := make([]byte, 0, 128)
	for _, at := range moments(r, n, begin, end) {
		from := p.Networks[whereOn(r, at, len(p.Networks))]
		seconds := int64(20 + r.ExpFloat64()*1500)
		perSecond := 2_000 + r.ExpFloat64()*180_000
		if at.Hour() >= 19 { // films
			perSecond *= 2.5
		}
		bytes := int64(float64(seconds) * perSecond)
		line = append(line[:0], p.Email...)
		line = append(line, ',')
		line = at.UTC().AppendFormat(line, time.RFC3339)
		line = append(line, ',')
		line = append(line, from.Network...)
		line = append(line, ',', '"')
		line = append(line, from.Name...)
		line = append(line, '"', ',')
		line = strconv.AppendInt(line, bytes, 10)
		line = append(line, ',')
		line = strconv.AppendInt(line, seconds, 10)
		line = append(line, '\n')
		if _, err := w.Write(line); err != nil {
			return err
		}
	}
	return nil
}

// visits writes the last year's use of the site, as NDJSON: a few pages at a time.
func visits(w io.Writer, p somebody, end time.Time) error {
	pages := []string{"/", "/products", "/products/link", "/pricing", "/support", "/support/install", "/forum", "/blog/faster-routes", "/account"}
	r := chance(p.Seed + 7)
	enc := json.NewEncoder(w)
	var each []int // pages of a visit
	for rest := p.Visits; rest > 0; rest -= each[len(each)-1] {
		each = append(each, min(rest, 1+r.IntN(7)))
	}
	for i, at := range moments(r, len(each), end.AddDate(-1, 0, 0), end.Add(-time.Hour)) {
		for n := range each[i] {
			seconds := 3 + int(r.ExpFloat64()*60)
			row := map[string]any{
				"person": p.Email, "at": at.UTC().Format(time.RFC3339), "page": pages[min(int(r.ExpFloat64()*2.5), len(pages)-1)],
				"response_ms": 40 + int(r.ExpFloat64()*90), "seconds": seconds, "scroll_pct": r.IntN(101), "clicks": r.IntN(12), "hovers": r.IntN(40),
				"left_by": []string{"closed", "link", "back"}[r.IntN(3)],
			}
			if n == 0 && r.IntN(3) == 0 {
				row["came_from"] = "https://search.example/"
			}
			if err := enc.Encode(row); err != nil {
				return err
			}
			at = at.Add(time.Duration(seconds+1) * time.Second)
		}
	}
	return nil
}

// history are the few rows of a category that a person gave, from when they had joined.
func history(category string, p somebody, end time.Time) []map[string]any {
	joined := end.AddDate(0, 0, -p.Days).Format(time.RFC3339)
	return slices.DeleteFunc(gave(category, p, end), func(row map[string]any) bool { return row["at"].(string) < joined })
}

func gave(category string, p somebody, end time.Time) []map[string]any {
	n := 0 // rows so far: no two are of one moment
	at := func(days int) string {
		n++
		minute := 14*60 + days*37%240 + n*11
		return end.AddDate(0, 0, -days).UTC().Truncate(24 * time.Hour).Add(time.Duration(minute)*time.Minute + time.Duration(days*n%60)*time.Second).Format(time.RFC3339)
	}
	row := func(days int, fields map[string]any) map[string]any {
		fields["person"], fields["at"] = p.Email, at(days)
		return fields
	}
	say := func(en, ja string) string {
		if p.Lang == "ja" {
			return ja
		}
		return en
	}
	year, before, now := say("Plus Ultra Link, one year", "Plus Ultra Link（1年間）"), say("48.00 EUR", "7,800 JPY"), say("52.00 EUR", "8,400 JPY")
	slow, again := say("Slow in the evening", "夜になると遅くなる"), say("Re: Slow in the evening", "Re: 夜になると遅くなる")
	switch category {
	case "orders":
		return []map[string]any{
			row(1060, map[string]any{"number": "PU-1001", "product": year, "amount": before, "status": "delivered", "licence_key": "DEMO-0001-EXAMPLE"}),
			row(695, map[string]any{"number": "PU-2417", "product": year, "amount": before, "status": "delivered", "licence_key": "DEMO-0002-EXAMPLE"}),
			row(330, map[string]any{"number": "PU-3902", "product": year, "amount": now, "status": "delivered", "licence_key": "DEMO-0003-EXAMPLE"}),
		}
	case "payment-methods":
		return []map[string]any{row(695, map[string]any{
			"brand": "Examplecard", "last4": "4242", "expiry": "2028-04", "processor_token": "tok_demo_" + p.Country,
			"billing_name": p.Name, "billing_street": p.Street, "billing_postal_code": p.PostalCode, "billing_city": p.City, "billing_country": p.Country,
		})}
	case "trial-downloads":
		return []map[string]any{row(640, map[string]any{"product": "Plus Ultra Link", "version": "2.4.0", "platform": "Linux"})}
	case "posts":
		return []map[string]any{
			row(400, map[string]any{"place": say("Forum", "フォーラム"), "title": slow, "text": say("Between eight and ten it crawls. Does anybody else see that?", "20時から22時ごろまで、とても遅くなります。同じような方はいらっしゃいますか。"), "url": "https://forum.example/t/1871"}),
			row(398, map[string]any{"place": say("Forum", "フォーラム"), "title": again, "text": say("Another server helped. Thank you!", "別のサーバーに変えたら直りました。ありがとうございます。"), "url": "https://forum.example/t/1871#3"}),
		}
	case "entries":
		return []map[string]any{row(210, map[string]any{"kind": "survey", "title": say("How do you use Link?", "Linkのご利用についてのアンケート"), "answers": map[string]any{say("devices", "台数"): 3, say("daily", "毎日使う"): true}})}
	case "problem-reports":
		return []map[string]any{row(399, map[string]any{"subject": slow, "text": say("See my post in the forum.", "詳しくはフォーラムの投稿をご覧ください。"), "version": "3.1.2", "status": "solved"})}
	case "correspondence":
		return []map[string]any{
			row(399, map[string]any{"channel": "chat", "direction": "you", "subject": slow, "text": say("Hello, it is slow every evening.", "こんにちは。毎晩、速度が落ちて困っています。")}),
			row(399, map[string]any{"channel": "e-mail", "direction": "us", "subject": slow, "text": say("Thank you for writing. Please try another server; we are adding capacity.", "ご連絡ありがとうございます。別のサーバーをお試しください。現在、設備を増強しております。")}),
		}
	case "devices":
		var rows []map[string]any
		desk, phone, tablet := [2]string{"Firefox 142", "Linux"}, [2]string{"Safari 19", "iOS"}, [2]string{"Chrome 142", "Android"}
		for i, d := range [][2]string{{"Firefox 140", "Linux"}, phone, desk, desk, phone, tablet, desk, phone, desk, {"Firefox 145", "Linux"}, phone} {
			rows = append(rows, row(330-i*31, map[string]any{"ip": p.Networks[0].address(), "browser": d[0], "system": d[1], "plugins": []string{}, "sign_in": "password"}))
		}
		return rows
	}
	return nil
}

func given() []string {
	return []string{"orders", "payment-methods", "trial-downloads", "posts", "entries", "problem-reports", "correspondence", "devices"}
}

// ndjson writes rows one a line.
func ndjson(w io.Writer, rows []map[string]any) error {
	enc := json.NewEncoder(w)
	for _, row := range rows {
		if err := enc.Encode(row); err != nil {
			return fmt.Errorf("writing a row: %w", err)
		}
	}
	return nil
}
