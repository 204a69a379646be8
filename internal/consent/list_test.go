package consent_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/consent"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/keyring"
	"plusultra.link/privacy/internal/testkit"
)

func (b *bundle) imports(t *testing.T, csv string) (done consent.Listed, refused map[int]string) {
	t.Helper()
	refused = map[int]string{}
	done, err := b.ImportSuppressions(t.Context(), audit.BySystem("test"), strings.NewReader(csv), func(r consent.ListRefusal) { refused[r.Line] = r.Key })
	if err != nil {
		t.Fatal(err)
	}
	return done, refused
}

func (b *bundle) exports(t *testing.T) string {
	t.Helper()
	var list bytes.Buffer
	n, err := b.ExportSuppressions(t.Context(), audit.BySystem("test"), &list)
	if err != nil || int(n) != b.count(t, "suppression") || strings.Count(list.String(), "\n") != int(n)+1 {
		t.Errorf("%d lines: %v", n, err)
	}
	return list.String()
}

func TestAnImportAddsToTheListAndTakesNobodyOffIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	robin := b.person(t, "robin@example.com")
	b.set(t, robin, map[string]bool{topic: true})
	b.unsubscribe(t, nobody(b, "gone@example.com"))
	since := b.clock.Now()
	done, refused := b.imports(t, "\ufeffTopic,address,since\n"+
		"*,Robin@Example.com,\n"+
		topic+",gone@example.com,\n"+ // known
		","+"new@example.com,2020-01-01T00:00:00Z\n"+
		","+"new@example.com,\n"+ // twice
		","+"nobody,\n"+
		"weather,a@example.com,\n"+
		locked+",a@example.com,\n"+
		"sharing,a@example.com,\n"+
		",a@example.com,yesterday\n"+
		",a@example.com,2999-01-01T00:00:00Z\n"+
		"a@example.com\n"+
		`,"a@example.com`+"\n")
	if done != (consent.Listed{Added: 2, Known: 2, Refused: 8}) || len(refused) != 8 || refused[6] != "consent.listAddress" || refused[7] != "consent.listTopic" {
		t.Errorf("%+v %v", done, refused)
	}
	for name, want := range map[string]consent.Why{"robin@example.com": consent.OnList, robin.String(): consent.OnList, "gone@example.com": consent.OnList, "new@example.com": consent.OnList, "a@example.com": consent.Unknown} {
		if got := b.askFor(t, topic, name); got.Why != want {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if n := b.count(t, "suppression where reason = 'unsubscribed' and at = $1", since); n != 1 {
		t.Error("an import rewrote what stood there")
	}
	if n := b.count(t, "journal_outbox where kind = 'suppression' and channel = 'imported'"); n != 2 {
		t.Errorf("%d are on their way to the journal", n)
	}
	if n := b.count(t, "audit_entry where action = 'suppression.imported' and (detail->>'added')::int = 2 and (detail->>'refused')::int = 8"); n != 1 {
		t.Error("nobody reads of it")
	}
	// An old message's link takes back what a link said, and not what was imported.
	b.imports(t, "address\ngone@example.com\n")
	st, err := b.Standing(t.Context(), nobody(b, "gone@example.com"))
	if err != nil || st.On || st.Undoable {
		t.Errorf("%+v, %v", st, err)
	}
	// Robin's own yes, said afterwards, counts for more.
	b.set(t, robin, map[string]bool{topic: true})
	if got := b.askFor(t, topic, "robin@example.com"); got.Why != consent.Agreed {
		t.Errorf("%+v", got)
	}
	for _, csv := range []string{"", "mail\na@example.com\n", "address,hash\n", "address,address\n", "topic\n"} {
		if _, err := b.ImportSuppressions(t.Context(), audit.BySystem("test"), strings.NewReader(csv), func(consent.ListRefusal) {}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", csv, err)
		}
	}
}

func TestAListThatWasWrittenOutComesBackHereAndWhereTheKeysAreAndNowhereElse(t *testing.T) {
	t.Parallel()
	first, second := keyring.Generate(), keyring.Generate()
	b := setupOn(t, testkit.DB(t), first)
	var csv strings.Builder
	csv.WriteString("address\n")
	for i := range 12_000 { // more than two batches
		fmt.Fprintf(&csv, "p%d@example.com\n", i)
	}
	if done, _ := b.imports(t, csv.String()); done.Added != 12_000 {
		t.Fatalf("%+v", done)
	}
	list := b.exports(t)
	if strings.Contains(list, "@") {
		t.Error("the list names an address")
	}
	if done, _ := b.imports(t, list); done != (consent.Listed{Known: 12_000}) {
		t.Errorf("its own list: %+v", done)
	}
	other := setupOn(t, testkit.DB(t), second+","+first)
	if done, _ := other.imports(t, list); done.Added != 12_000 || other.askFor(t, topic, "p7@example.com").Why != consent.OnList {
		t.Errorf("with the keys: %+v", done)
	}
	stranger := setupOn(t, testkit.DB(t), second)
	if done, refused := stranger.imports(t, list[:strings.Index(list, "\n")+1]+strings.SplitAfter(list, "\n")[1]); done.Refused != 1 || refused[2] != "consent.listKeys" {
		t.Errorf("without the key: %+v %v", done, refused)
	}
	if done, _ := b.imports(t, "hash\n"+base64.RawURLEncoding.EncodeToString(b.AddressHash("x@example.com"))+"\n:\n"); done.Refused != 2 {
		t.Errorf("hashes that are none: %+v", done)
	}
}

func TestAMintedLinkStopsItsTopicForItsPersonOrAddressAndNothingElse(t *testing.T) {
	t.Parallel()
	db, old := testkit.DB(t), keyring.Generate()
	b := setupOn(t, db, old)
	robin := b.person(t, "robin@example.com")
	b.set(t, robin, map[string]bool{topic: true, "new-features": true})
	names := []consent.Name{consent.NameOf("Robin@Example.com"), consent.NameOf(robin.String()), consent.NameOf("nobody@example.com"), {}, consent.NameOf("018f0000-0000-7000-8000-000000000000")}
	links, err := b.Mint(t.Context(), topic, names)
	if err != nil {
		t.Fatal(err)
	}
	if links[3].Why != consent.Unreadable || links[4].Why != consent.Unknown || links[3].Out != nil || links[4].Out != nil {
		t.Errorf("%+v", links[3:])
	}
	if links[0].Out.OneClick != links[1].Out.OneClick {
		t.Error("one person has two links")
	}
	if h := links[0].Out.Headers(); h["List-Unsubscribe"] != "<"+links[0].Out.OneClick+">" || h["List-Unsubscribe-Post"] != "List-Unsubscribe=One-Click" {
		t.Errorf("%v", h)
	}
	token := func(m consent.Minted) string { return strings.TrimPrefix(m.Out.OneClick, base+"/unsubscribe/") }
	// The key retires, as one that leaked does; old messages still stop.
	b = setupOn(t, db, keyring.Generate()+",verify:"+old)
	for i, whose := range map[int]uuid.UUID{0: robin, 2: uuid.Nil} {
		l, err := b.Read(token(links[i]))
		if err != nil || l.Person != whose || l.Topic != topic {
			t.Fatalf("%d: %+v, %v", i, l, err)
		}
		b.unsubscribe(t, l)
	}
	for name, want := range map[string]consent.Why{"robin@example.com": consent.Said, "nobody@example.com": consent.OnList} {
		if got := b.askFor(t, topic, name); got.Why != want {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := b.askFor(t, "new-features", "robin@example.com"); got.Why != consent.Agreed {
		t.Errorf("another topic: %+v", got)
	}
	// Nobody makes a link for another topic of it.
	raw, _ := base64.RawURLEncoding.DecodeString(token(links[0]))
	forged := bytes.Replace(raw, []byte(topic), []byte("new-feature"), 1)
	if _, err := b.Read(base64.RawURLEncoding.EncodeToString(forged)); !fault.Is(err, fault.NotFound) || bytes.Equal(raw, forged) {
		t.Errorf("a forged link: %v", err)
	}
	for _, about := range []string{"weather", "sharing", locked} {
		if _, err := b.Mint(t.Context(), about, names); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", about, err)
		}
	}
	for _, n := range []int{0, consent.AskMost + 1} {
		if _, err := b.Mint(t.Context(), topic, make([]consent.Name, n)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%d people: %v", n, err)
		}
	}
}
