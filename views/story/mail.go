package story

import (
	"context"
	"strings"

	mailview "plusultra.link/privacy/views/mail"
	"plusultra.link/privacy/views/text"
)

// letters are what arrives in a mailbox: one with a button, one with a table,
// one without either, one that can be stopped.
func letters() Group {
	return Group{Name: "Letters", Stories: []Story{
		{Name: "Letter with a button", Letter: letterVerify},
		{Name: "Letter with a code", Letter: letterCode},
		{Name: "Letter with an answer and a table", Letter: letterRefused},
		{Name: "Letter that can be stopped", Letter: letterPromotion},
	}}
}

// letter says a message of a kind as the portal does.
func letter(ctx context.Context, kind string, args ...any) mailview.Letter {
	brand := pick(ctx, "Halyard", "ハリヤード")
	say := func(part string) string {
		return text.T(ctx, "mail."+kind+"."+part, append([]any{"Brand", brand}, args...)...)
	}
	return mailview.Letter{
		Lang: text.Lang(ctx), Joint: text.Pair(ctx, "", ""), Brand: brand, Accent: "#0b5c55",
		Subject: say("subject"), Heading: say("heading"), Paragraphs: strings.Split(strings.TrimSpace(say("body")), "\n\n"),
		Footer: []string{pick(ctx, "Halyard GmbH", "ハリヤード株式会社"), pick(ctx, "Example Street 1, 10115 Berlin, Germany", "東京都千代田区丸の内1-1-1")},
	}
}

func withAction(ctx context.Context, l mailview.Letter, kind, url string) mailview.Letter {
	l.Action = &mailview.Link{Label: text.T(ctx, "mail."+kind+".action"), URL: url}
	l.Otherwise = text.T(ctx, "mail.foot.otherwise")
	return l
}

func letterVerify(ctx context.Context) mailview.Letter {
	return withAction(ctx, letter(ctx, "verify"), "verify", "https://privacy.example.com/verify/8sK2vQpXw0mZr5tYb1nLd7cE4hJf9gAu3iOxSqTkRyM")
}

func letterCode(ctx context.Context) mailview.Letter {
	return letter(ctx, "confirmCode", "Code", "204 117")
}

func letterRefused(ctx context.Context) mailview.Letter {
	l := letter(ctx, "requestRefused", "Kind", pick(ctx, "Stop using something about you", "利用の停止"), "Reference", "R-2026-0417", "Privacy", "privacy@example.com",
		"Words", pick(ctx, "We can't stop keeping your invoices.\nThe tax code has us keep each for ten years.", "請求書の保存を止めることはできません。\n税法により10年間の保存が義務づけられています。"))
	l.Facts = []mailview.Fact{
		{Name: pick(ctx, "Supervisory authority", "監督機関"), Value: pick(ctx, "Berlin Commissioner for Data Protection and Freedom of Information", "個人情報保護委員会")},
		{Name: pick(ctx, "Address", "所在地"), Value: pick(ctx, "Alt-Moabit 59–61, 10555 Berlin, Germany", "東京都千代田区霞が関3-2-1 霞が関コモンゲート西館32階")},
		{Name: pick(ctx, "Web", "ウェブサイト"), Value: "https://authority.example.com/complaints/how-to-complain"},
	}
	return withAction(ctx, l, "requestRefused", "https://privacy.example.com/requests/01a1f0d2-7f3e-7c51-9d0a-5b6f8e1c2a44")
}

func letterPromotion(ctx context.Context) mailview.Letter {
	topic := pick(ctx, "Offers", "キャンペーン")
	l := letter(ctx, "sample", "Topic", topic, "Summary", pick(ctx, "What is new, and what costs less this month.", "新しい商品と、今月のお得な情報をお届けします。"))
	at := "https://privacy.example.com/unsubscribe/UlSLtwEBohnrvoB675XseJKnIOY2cHJvbW90aW9u"
	l.Unsubscribe = &mailview.Unsubscribe{
		Why: text.T(ctx, "mail.foot.why", "Topic", topic), URL: at, Label: text.T(ctx, "mail.foot.unsubscribe"),
		Preferences: mailview.Link{Label: text.T(ctx, "mail.foot.preferences"), URL: at + "/preferences"},
	}
	return l
}
