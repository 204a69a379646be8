package register

import "strings"

// In says the retention rule in words: the document's own, or else those that
// follow from the rule.
func (r Retention) In(lang string) string {
	if !r.Text.Empty() {
		return r.Keep.into(r.Text.In(lang), lang)
	}
	return choose(lang, map[Since][2]string{
		SinceRow: {
			"We keep each entry for " + r.Keep.In("en") + ". After that it is due for deletion.",
			"各記録の保存期間は" + r.Keep.In("ja") + "です。期間が過ぎたものは削除の対象となります。",
		},
		WithAccount: {
			"Kept for as long as you have an account.",
			"アカウントをお持ちの間、保存します。",
		},
		Always: {
			"Kept without an end date. " + r.Because.In("en"),
			"期限を定めずに保存します。" + r.Because.In("ja"),
		},
	}[r.From])
}

// In says in words what an erasure does: the document's own, or else those
// that follow from the rule.
func (e Erasure) In(lang string) string {
	if !e.Text.Empty() {
		return strings.TrimSpace(e.Keep.into(e.Text.In(lang), lang) + gap(lang) + e.Because.In(lang))
	}
	switch e.Action {
	case Delete:
		return choose(lang, [2]string{"Deleted.", "削除します。"})
	case Anonymise:
		return choose(lang, [2]string{
			"Made anonymous: what points to you is removed, the rest stays. " + e.Because.In("en"),
			"匿名化します。お客様を示す情報は取り除き、それ以外は残します。" + e.Because.In("ja"),
		})
	case Keep:
		return choose(lang, map[Since][2]string{
			SinceRow: {
				"Each entry is kept until it is " + e.Keep.In("en") + " old, and is then due for deletion. " + e.Because.In("en"),
				"各記録は、作成から" + e.Keep.In("ja") + "が過ぎるまで保存し、その後は削除の対象となります。" + e.Because.In("ja"),
			},
			SinceErasure: {
				"Kept for " + e.Keep.In("en") + " after the deletion, and then due for deletion. " + e.Because.In("en"),
				"消去後" + e.Keep.In("ja") + "の間保存し、その後は削除の対象となります。" + e.Because.In("ja"),
			},
			Always: {
				"Kept without an end date. " + e.Because.In("en"),
				"期限を定めずに保存します。" + e.Because.In("ja"),
			},
		}[e.From])
	}
	return ""
}

// into writes the span where a text says {keep}, so that words and figure are
// one, also where an operator changes the figure alone.
func (s Span) into(words, lang string) string {
	return strings.ReplaceAll(words, "{keep}", s.In(lang))
}

// choose picks the Japanese words for a Japanese reader, the English ones for
// everybody else: rules are put in words in these two languages only, and an
// operator with a third writes the words in the document.
func choose(lang string, words [2]string) string {
	if strings.HasPrefix(lang, "ja") {
		return words[1]
	}
	return words[0]
}

// gap stands between two sentences.
func gap(lang string) string { return choose(lang, [2]string{" ", ""}) }
