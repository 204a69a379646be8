package web_test

import (
	"net/http"
	"strings"
	"testing"

	"plusultra.link/privacy/internal/register"
	"plusultra.link/privacy/internal/testkit"
)

// Found from the register: each basis is named where what rests on it is held, says
// what it leaves a person to do, and offers that and nothing else. What a no does is
// tried by the test of consents.
func TestEveryBasisOfTheRegisterSaysWhatItLeavesToDoAndLeadsToIt(t *testing.T) {
	t.Parallel()
	p := open(t)
	robin := p.person("robin@example.com")
	c := p.client().signIn("robin@example.com")
	tried := map[string]bool{}
	for _, lang := range []string{"en", "ja"} {
		p.Exec("update person set lang = $2 where id = $1", robin, lang)
		for _, category := range p.Register.Categories {
			if len(p.Records.For(category.ID)) == 0 {
				continue
			}
			path := "/data/" + category.ID
			html := testkit.HTML(t, c.send(http.MethodGet, path, nil, http.Header{"Accept-Language": {lang}}).body)
			said := html.Texts("#why .row-item")
			all := p.Register.PurposesOf(category)
			if len(said) != len(all) {
				t.Fatalf("%s names %d of %d purposes: %q", path, len(said), len(all), said)
			}
			for i, purpose := range all {
				basis := p.Register.Basis(purpose.Basis)
				how := purpose.How
				if how.Empty() {
					how = basis.How
				}
				for what, words := range map[string]string{"the purpose": purpose.Name.In(lang), "the basis": basis.Name.In(lang), "what one can do": how.In(lang)} {
					if words == "" || !strings.Contains(said[i], strings.Join(strings.Fields(words), " ")) {
						t.Errorf("%s, %s: %q does not say %s, %q", path, lang, said[i], what, words)
					}
				}
				item := html.MustHave("#why").Find(".row-item").Eq(i)
				objection := item.Find(`a[href="/requests/new/objection?use=` + purpose.ID + `"]`).Length()
				choice := item.Find(`.presses form[action="/privacy-choices"], .presses a[href^="/privacy-choices#"], .presses a[href^="/email#"], .presses a[href="/email"]`).Length()
				for _, topic := range p.Register.TopicsFor(purpose.ID) {
					if press := item.Find(`.presses form`); press.Length() > 0 && !strings.Contains(strings.Join(strings.Fields(item.Text()), " "), topic.Effect.In(lang)) {
						t.Errorf("%s, %s: a no to %s is one press, and nobody says first what it does", path, lang, topic.ID)
					}
				}
				if object, choose := p.Register.Objectable(purpose), basis.Can == register.Withdraw || basis.Can == register.OptOut; (objection > 0) != object || choose && choice == 0 || basis.Can == register.Neither && choice > 0 {
					t.Errorf("%s: on %s, which one can %s, %q leads to %d choices and %d objections", path, basis.ID, basis.Can, purpose.ID, choice, objection)
				}
				tried[purpose.Basis+" "+lang] = true
			}
		}
		form := c.get("/requests/new/objection")
		for _, purpose := range p.Register.Purposes { // what one press stops is nothing to weigh
			if offered := strings.Contains(form.body, `"use:`+purpose.ID+`"`); offered != p.Register.Objectable(purpose) {
				t.Errorf("an objection to %s is offered: %v", purpose.ID, offered)
			}
		}
	}
	mail, choices := c.get("/email").body, testkit.HTML(t, c.get("/privacy-choices").body)
	for _, purpose := range p.Register.Purposes {
		if tried[purpose.Basis+" en"] && tried[purpose.Basis+" ja"] {
			continue
		}
		topics := p.Register.TopicsFor(purpose.ID) // for which nothing is held: one says yes or no all the same
		for _, topic := range topics {
			if topic.IsMail() && !strings.Contains(mail, topic.Name.In("ja")) || !topic.IsMail() && choices.Count("#choice-"+topic.ID) != 1 {
				t.Errorf("%s: nobody can say yes or no to %s", purpose.ID, topic.ID)
			}
		}
		if len(topics) == 0 {
			t.Errorf("%s rests on %s, of which no page says anything", purpose.ID, purpose.Basis)
		}
	}
}
