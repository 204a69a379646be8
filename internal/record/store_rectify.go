package record

import (
	"context"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"plusultra.link/privacy/internal/account"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/dictionary"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/input"
	"plusultra.link/privacy/internal/postgres"
)

// Rectify changes only fields that the register lets the person correct, and
// checks each as if it were imported; what is written there is read as on every
// other form ([input.Line]). NotFound for a row that is not theirs;
// Invalid if it has changed since it was seen; Unavailable if there is no answer
// in time.
// The audit log keeps which fields changed, never what they held.
func (t *table) Rectify(ctx context.Context, r Rectification) (changed bool, err error) {
	names := slices.Sorted(maps.Keys(r.Values))
	if len(names) == 0 {
		return false, nil
	}
	check := newChecker(t.deps.Register, t.category.ID, t.deps.Now())
	values := make([]*string, len(names))
	var problems []fault.Problem
	for i, name := range names {
		f, ok := t.holding.Field(name)
		if !ok || !f.Correctable {
			return false, fault.New(fault.Forbidden, "record.notCorrectable")
		}
		most := math.MaxInt
		if f.Max > 0 && !f.Type.Number() {
			most = int(f.Max)
		}
		value, bad := input.Line(name, r.Values[name], most)
		if problems = append(problems, bad...); len(bad) > 0 {
			continue
		}
		canonical, reason := check.canonical(nil, f, cell{kind: text, text: []byte(value)})
		if reason != noReason {
			key, args := Refusal{Reason: reason, of: f}.says()
			problems = append(problems, fault.Field(name, key, args...))
		} else if canonical != nil {
			values[i] = new(string(canonical))
		}
	}
	key := []string{}
	if len(t.keys) > 0 {
		if key, err = t.parse(r.Key); err != nil {
			return false, err
		}
	}
	rectify := func(ctx context.Context, tx postgres.Tx) error {
		if err := account.Hold(ctx, tx, r.Person); err != nil { // an import waits, too
			return err
		}
		now, err := t.row(ctx, tx.PGX, r.Person, r.Key)
		if err != nil {
			return err
		}
		if r.Seen != "" && r.Seen != now.Version() {
			return fault.Invalidate(fault.Field("", "data.changedMeanwhile"))
		}
		if split(check, t.texts(now, r.Values)) {
			problems = []fault.Problem{fault.Field(names[0], "input.card")}
		}
		if err := fault.Invalidate(problems...); err != nil {
			return err
		}
		names, values := t.different(now, names, values)
		if changed = len(names) > 0; !changed {
			return nil
		}
		sql, args := t.rectifying(names, values, key, r)
		tag, err := tx.PGX.Exec(ctx, sql, args...)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return errCursor
		}
		return audit.Record(ctx, tx, audit.Entry{
			At: t.deps.Now(), Actor: r.Actor, Action: "record.corrected", PersonID: r.Person,
			Subject: t.category.ID, Detail: map[string]any{"fields": names},
		})
	}
	err = t.bounded(ctx, r.Person, func(ctx context.Context) error { return t.deps.DB.InTx(ctx, rectify) })
	return changed, t.failed("rectify", err)
}

// different leaves those of the values that are not what the row holds already.
func (t *table) different(now Row, names []string, values []*string) ([]string, []*string) {
	held := map[string]string{}
	for i, f := range t.Fields() {
		held[f.ID] = string(now.Values[i])
	}
	var changed []string
	var to []*string
	for i, name := range names {
		value := ""
		if values[i] != nil {
			value = *values[i]
		}
		if value != held[name] {
			changed, to = append(changed, name), append(to, values[i])
		}
	}
	return changed, to
}

// texts are those of the row as it would be.
func (t *table) texts(now Row, typed map[string]string) []string {
	var texts []string
	for i, f := range t.Fields() {
		if f.Type != dictionary.TypeText {
			continue
		}
		text := string(now.Values[i])
		if written, ok := typed[f.ID]; ok {
			text = written
		}
		if text != "" {
			texts = append(texts, text)
		}
	}
	return texts
}

func (t *table) rectifying(names []string, values []*string, key []string, r Rectification) (string, []any) {
	args := []any{r.Person}
	place := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	var set []string
	if t.holding.Records {
		kept, gone := map[string]json.RawMessage{}, []string{}
		for i, name := range names {
			if values[i] == nil {
				gone = append(gone, name)
				continue
			}
			f, _ := t.holding.Field(name)
			kept[name] = appendValue(nil, f.Type, []byte(*values[i]))
		}
		added, err := json.Marshal(kept)
		if err != nil {
			added = []byte("{}") // each was written by appendValue: it is JSON
		}
		set = append(set, sharedFields+" = ("+sharedFields+" - "+place(gone)+"::text[]) || "+place(string(added))+"::jsonb",
			"corrected = array(select distinct unnest(coalesce(corrected, '{}') || "+place(names)+"::text[]))", "corrected_at = "+place(t.deps.Now()))
	} else {
		for i, name := range names {
			v := values[i]
			if v == nil && !t.relation.columns[name].nullable {
				v = new("")
			}
			set = append(set, quote(name)+" = "+place(v)+"::"+t.relation.columns[name].sqlType)
		}
		if _, ok := t.holding.Field("updated_at"); ok {
			set = append(set, "updated_at = "+place(t.deps.Now()))
		}
	}
	where := t.shown
	for i, k := range t.keys {
		where += " and " + k.expr + " = " + place(key[i]) + "::" + k.sqlType
	}
	return "update " + t.from + " set " + strings.Join(set, ", ") + " where " + where, args
}
