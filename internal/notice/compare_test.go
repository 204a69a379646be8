package notice_test

import (
	"strings"
	"testing"

	"plusultra.link/privacy/internal/notice"
	"plusultra.link/privacy/views/text"
)

// reading is a version with one section of prose and one of a list.
func reading(prose string, entries ...notice.Entry) notice.Reading {
	return notice.Reading{
		Title: "Policy", Sections: []notice.Section{{ID: "one", Title: "One"}, {ID: "list", Title: "List"}},
		Parts: []notice.Part{{Section: "one", Text: []string{prose}}, {Section: "list", Slot: notice.Categories, Entries: entries}},
	}
}

// said writes a comparison down: -gone-, +new+, what stays as it is.
func said(c notice.Comparison) string {
	var out []string
	for _, d := range c.Sections {
		for _, change := range d.Changes {
			line := d.ID + ": "
			if change.In != "" {
				line += "(" + change.In + ") "
			}
			for _, p := range change.Pieces {
				mark := map[notice.How]string{notice.Added: "+", notice.Removed: "-"}[p.How]
				line += mark + p.Text + mark
			}
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

func TestAComparisonSaysWhatIsNewGoneAndChangedSentenceBySentence(t *testing.T) {
	t.Parallel()
	catalog, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	kept := func(value string) notice.Entry {
		return notice.Entry{ID: "log", Name: "Log", Text: "When you came.", Facts: []notice.Fact{{Name: "Kept", Value: value}}}
	}
	for _, tc := range []struct {
		name, lang    string
		before, after notice.Reading
		want          string
	}{
		{"nothing", "en", reading("We keep it. We do not sell it.", kept("12 months")), reading("We keep it. We do not sell it.", kept("12 months")), ""},
		{
			"a word", "en", reading("We keep it for two years at most. We do not sell it."), reading("We keep it for one year at most. We do not sell it."),
			"one: We keep it for -two years -+one year +at most.",
		},
		{"a sentence more", "en", reading("We keep it."), reading("We keep it. We sell nothing, e.g. no address."), "one: +We sell nothing, e.g. no address.+"},
		{"a sentence less", "en", reading("We keep it. We sell nothing."), reading("We keep it."), "one: -We sell nothing.-"},
		{"another sentence altogether", "en", reading("We keep it."), reading("Nobody else receives anything."), "one: -We keep it.-\none: +Nobody else receives anything.+"},
		{
			"a fact of a thing in a list", "en", reading("We keep it.", kept("Kept for 24 months.")), reading("We keep it.", kept("Kept for 12 months.")),
			"list: (Log) Kept: Kept for -24 -+12 +months.",
		},
		{
			"a thing less in a list", "en", reading("We keep it.", kept("12 months")), reading("We keep it."),
			"list: (Log) -Log-\nlist: (Log) -When you came.-\nlist: (Log) -Kept: 12 months-",
		},
		{"Japanese", "ja", reading("情報は二年間保存します。販売はしません。"), reading("情報は一年間保存します。販売はしません。"), "one: 情報は-二-+一+年間保存します。"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := said(notice.Compare(catalog.Into(t.Context(), tc.lang), tc.before, tc.after)); got != tc.want {
				t.Errorf("got\n%s\nwant\n%s", got, tc.want)
			}
		})
	}
}

func TestAWholeSectionIsNewOrGone(t *testing.T) {
	t.Parallel()
	catalog, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	before, after := reading("We keep it."), reading("We keep it.")
	before.Sections[1] = notice.Section{ID: "old", Title: "Old"}
	before.Parts[1] = notice.Part{Section: "old", Text: []string{"It was so."}}
	c := notice.Compare(catalog.Into(t.Context(), "en"), before, after)
	if len(c.Sections) != 2 || c.Sections[0].How != notice.Removed || c.Sections[1].How != notice.Added || len(c.Same) != 2 {
		t.Errorf("%+v", c)
	}
}
