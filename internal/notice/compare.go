package notice

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"plusultra.link/privacy/views/text"
)

// How something differs from what was said before.
type How string

// The ways to differ; what is in both is Same.
const (
	Same    How = ""
	Added   How = "added"
	Removed How = "removed"
	Changed How = "changed"
)

// Comparison is what a later version says otherwise than an earlier one.
type Comparison struct {
	Sections []Difference // those that differ, in the order of the later version
	Same     []string     // titles of those that say the same
}

// Difference is one section that differs.
type Difference struct {
	ID, Title string
	How       How // the whole section is new, or gone; or some of it is another
	Changes   []Change
	Same      int // sentences that stay as they were
}

// Change is a sentence that is new, gone, or another.
type Change struct {
	How    How
	In     string // the thing of a list that it is about: "Connection log"
	Pieces []Piece
}

// Piece is a part of a sentence.
type Piece struct {
	How  How
	Text string
}

// Compare tells what a later reading says otherwise than an earlier one, section
// by section and sentence by sentence.
func Compare(ctx context.Context, earlier, later Reading) Comparison {
	before, after := sentencesOf(ctx, earlier), sentencesOf(ctx, later)
	var c Comparison
	for _, s := range both(earlier, later) {
		one := Difference{ID: s.ID, Title: s.Title, How: Changed}
		was, wasThere := before[s.ID]
		is, isThere := after[s.ID]
		switch {
		case !wasThere:
			one.How = Added
		case !isThere:
			one.How = Removed
		}
		one.Changes, one.Same = changes(was, is)
		if len(one.Changes) == 0 && one.How == Changed {
			c.Same = append(c.Same, s.Title)
			continue
		}
		c.Sections = append(c.Sections, one)
	}
	return c
}

// both are the sections of two readings: the later one's in their order, and each
// that is gone behind the one that it followed.
func both(earlier, later Reading) []Section {
	all := append([]Section{{Title: later.Title}}, later.Sections...)
	at := 0
	for _, s := range earlier.Sections {
		if i := slices.IndexFunc(all, func(a Section) bool { return a.ID == s.ID }); i >= 0 {
			at = i
			continue
		}
		at++
		all = slices.Insert(all, at, s)
	}
	return all
}

// sentence is one sentence, of a thing in a list or of the prose.
type sentence struct{ in, text string }

// sentencesOf are those of each section; the first of each is its title.
func sentencesOf(ctx context.Context, r Reading) map[string][]sentence {
	all := map[string][]sentence{"": {{text: r.Title}}}
	for _, s := range r.Sections {
		all[s.ID] = []sentence{{text: s.Title}}
	}
	for _, p := range r.Parts {
		list := all[p.Section]
		for _, words := range p.Text {
			list = appendSentences(list, "", words)
		}
		if c := p.Contact; c != nil {
			for _, line := range slices.Concat(c.Names, []string{c.Privacy, c.Other}, c.Post) {
				list = append(list, sentence{"", line})
			}
		}
		for _, e := range p.Entries {
			list = append(list, sentence{e.Name, e.Name})
			list = appendSentences(list, e.Name, e.Text)
			for _, f := range e.Facts {
				list = append(list, sentence{e.Name, f.say(ctx)})
			}
		}
		all[p.Section] = list
	}
	return all
}

func (f Fact) say(ctx context.Context) string {
	value := f.Value + f.Address
	if f.Aside != "" {
		value = text.Aside(ctx, value, f.Aside)
	}
	if f.Then != "" {
		value = text.Sentences(ctx, value, f.Then)
	}
	return text.Pair(ctx, f.Name, value)
}

func appendSentences(list []sentence, in, words string) []sentence {
	from := 0
	runes := []rune(words)
	add := func(to int) {
		if s := strings.TrimSpace(string(runes[from:to])); s != "" {
			list = append(list, sentence{in, s})
		}
		from = to
	}
	for i, r := range runes {
		switch {
		case strings.ContainsRune("。！？", r):
			add(i + 1)
		case strings.ContainsRune(".!?", r) && i+2 < len(runes) && runes[i+1] == ' ' && !unicode.IsLower(runes[i+2]):
			add(i + 1)
		}
	}
	add(len(runes))
	return list
}

// changes are what differs between two lists of sentences, and how many stay.
func changes(was, is []sentence) (all []Change, same int) {
	var gone, come []sentence
	settle := func() {
		all = append(all, pair(gone, come)...)
		gone, come = nil, nil
	}
	for _, step := range align(was, is) {
		switch step.how {
		case Same:
			settle()
			same++
		case Removed:
			gone = append(gone, was[step.at])
		default:
			come = append(come, is[step.at])
		}
	}
	settle()
	return all, same
}

// pair takes a sentence that came in the place of one that went for the same one,
// changed, where they have enough in common.
func pair(gone, come []sentence) (all []Change) {
	next := 0
	for _, g := range gone {
		at := -1
		var pieces []Piece
		for i := next; i < len(come); i++ {
			if come[i].in != g.in {
				continue
			}
			if p, alike := between(g.text, come[i].text); alike {
				at, pieces = i, p
				break
			}
		}
		if at < 0 {
			all = append(all, Change{Removed, g.in, []Piece{{Removed, g.text}}})
			continue
		}
		for _, c := range come[next:at] {
			all = append(all, Change{Added, c.in, []Piece{{Added, c.text}}})
		}
		all, next = append(all, Change{Changed, g.in, pieces}), at+1
	}
	for _, c := range come[next:] {
		all = append(all, Change{Added, c.in, []Piece{{Added, c.text}}})
	}
	return all
}

// between tells how a sentence was changed, word by word, and whether it is still
// the same one: two thirds of the shorter stay.
func between(was, is string) ([]Piece, bool) {
	a, b := words(was), words(is)
	var pieces []Piece
	stays := 0
	for _, step := range align(a, b) {
		word := ""
		switch step.how {
		case Removed:
			word = a[step.at]
		default:
			word = b[step.at]
		}
		if step.how == Same {
			stays += len(word)
		}
		pieces = append(pieces, Piece{step.how, word})
	}
	return joined(pieces), stays*3 >= 2*min(len(was), len(is))
}

// least is how much stays between two changes so that it is read as staying: less
// than that would be scraps.
const least = 3

// joined puts together what belongs together: the words of a change, and scraps
// between two changes with them.
func joined(pieces []Piece) []Piece {
	var out []Piece
	for i := 0; i < len(pieces); {
		if pieces[i].How == Same {
			out, i = merge(out, pieces[i]), i+1
			continue
		}
		var gone, come, same strings.Builder // a stretch of changes with scraps between
		for ; i < len(pieces); i++ {
			if p := pieces[i]; p.How == Same {
				same.WriteString(p.Text)
				continue
			}
			if n := len([]rune(strings.TrimSpace(same.String()))); n > least {
				break
			}
			gone.WriteString(same.String())
			come.WriteString(same.String())
			same.Reset()
			if pieces[i].How == Removed {
				gone.WriteString(pieces[i].Text)
			} else {
				come.WriteString(pieces[i].Text)
			}
		}
		for _, p := range []Piece{{Removed, gone.String()}, {Added, come.String()}, {Same, same.String()}} {
			if p.Text != "" {
				out = merge(out, p)
			}
		}
	}
	return out
}

func merge(out []Piece, p Piece) []Piece {
	if n := len(out); n > 0 && out[n-1].How == p.How {
		out[n-1].Text += p.Text
		return out
	}
	return append(out, p)
}

// words are the words of a sentence, with the space behind each; a Chinese
// character or a kana is one by itself.
func words(s string) (all []string) {
	var word strings.Builder
	end := func() {
		if word.Len() > 0 {
			all = append(all, word.String())
			word.Reset()
		}
	}
	for _, r := range s {
		if unicode.In(r, unicode.Han, unicode.Hiragana) || unicode.IsPunct(r) && r > unicode.MaxLatin1 {
			end()
			all = append(all, string(r))
			continue
		}
		word.WriteRune(r)
		if unicode.IsSpace(r) {
			end()
		}
	}
	end()
	return all
}

// step is one step from one list to another: what stays and what comes is at its
// place in the second, what goes at its place in the first.
type step struct {
	how How
	at  int
}

// align finds the fewest steps from a to b.
func align[T comparable](a, b []T) []step {
	longest := make([][]int, len(a)+1) // of what the rest of both have in common
	for i := range longest {
		longest[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				longest[i][j] = longest[i+1][j+1] + 1
			} else {
				longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			}
		}
	}
	var steps []step
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			steps, i, j = append(steps, step{Same, j}), i+1, j+1
		case j == len(b) || i < len(a) && longest[i+1][j] >= longest[i][j+1]:
			steps, i = append(steps, step{Removed, i}), i+1
		default:
			steps, j = append(steps, step{Added, j}), j+1
		}
	}
	return steps
}
