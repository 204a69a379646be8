package text

import (
	"context"
	"slices"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// State is one of the United States, or its capital's district, by ISO 3166-2
// and named in the reader's language.
type State struct{ Code, Name string }

// States lists them all in the reader's alphabetical order.
func States(ctx context.Context) []State {
	out := make([]State, 0, len(states))
	for _, s := range states {
		name := s.en
		if Lang(ctx) == "ja" {
			name = s.ja
		}
		out = append(out, State{s.code, name})
	}
	order := collate.New(language.MustParse(Lang(ctx)))
	slices.SortFunc(out, func(x, y State) int { return order.CompareString(x.Name, y.Name) })
	return out
}

// states are named here because x/text names no part of a country.
//
//nolint:gochecknoglobals // a constant in all but name
var states = [...]struct{ code, en, ja string }{
	{"AL", "Alabama", "アラバマ州"},
	{"AK", "Alaska", "アラスカ州"},
	{"AZ", "Arizona", "アリゾナ州"},
	{"AR", "Arkansas", "アーカンソー州"},
	{"CA", "California", "カリフォルニア州"},
	{"CO", "Colorado", "コロラド州"},
	{"CT", "Connecticut", "コネチカット州"},
	{"DE", "Delaware", "デラウェア州"},
	{"DC", "District of Columbia", "コロンビア特別区"},
	{"FL", "Florida", "フロリダ州"},
	{"GA", "Georgia", "ジョージア州"},
	{"HI", "Hawaii", "ハワイ州"},
	{"ID", "Idaho", "アイダホ州"},
	{"IL", "Illinois", "イリノイ州"},
	{"IN", "Indiana", "インディアナ州"},
	{"IA", "Iowa", "アイオワ州"},
	{"KS", "Kansas", "カンザス州"},
	{"KY", "Kentucky", "ケンタッキー州"},
	{"LA", "Louisiana", "ルイジアナ州"},
	{"ME", "Maine", "メイン州"},
	{"MD", "Maryland", "メリーランド州"},
	{"MA", "Massachusetts", "マサチューセッツ州"},
	{"MI", "Michigan", "ミシガン州"},
	{"MN", "Minnesota", "ミネソタ州"},
	{"MS", "Mississippi", "ミシシッピ州"},
	{"MO", "Missouri", "ミズーリ州"},
	{"MT", "Montana", "モンタナ州"},
	{"NE", "Nebraska", "ネブラスカ州"},
	{"NV", "Nevada", "ネバダ州"},
	{"NH", "New Hampshire", "ニューハンプシャー州"},
	{"NJ", "New Jersey", "ニュージャージー州"},
	{"NM", "New Mexico", "ニューメキシコ州"},
	{"NY", "New York", "ニューヨーク州"},
	{"NC", "North Carolina", "ノースカロライナ州"},
	{"ND", "North Dakota", "ノースダコタ州"},
	{"OH", "Ohio", "オハイオ州"},
	{"OK", "Oklahoma", "オクラホマ州"},
	{"OR", "Oregon", "オレゴン州"},
	{"PA", "Pennsylvania", "ペンシルベニア州"},
	{"RI", "Rhode Island", "ロードアイランド州"},
	{"SC", "South Carolina", "サウスカロライナ州"},
	{"SD", "South Dakota", "サウスダコタ州"},
	{"TN", "Tennessee", "テネシー州"},
	{"TX", "Texas", "テキサス州"},
	{"UT", "Utah", "ユタ州"},
	{"VT", "Vermont", "バーモント州"},
	{"VA", "Virginia", "バージニア州"},
	{"WA", "Washington", "ワシントン州"},
	{"WV", "West Virginia", "ウェストバージニア州"},
	{"WI", "Wisconsin", "ウィスコンシン州"},
	{"WY", "Wyoming", "ワイオミング州"},
}
