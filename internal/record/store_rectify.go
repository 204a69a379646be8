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

// Rectify changes only fields that the register lets the person correct, or, where
// staff do, those that may be corrected at all, and checks each as if it were
// imported; what is written there is read as on every other form ([input.Line]).
// NotFound for a row that is not theirs; Invalid if it has changed since it was seen;
// Unavailable if there is no answer in time.
// The audit log keeps which fields changed, never what they held.
func (t *table) Rectify(ctx context.Context, r Rectification) (changed bool, err error) {
	err = t.bounded(ctx, r.Person, func(ctx context.Context) error {
		return t.deps.DB.InTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
			was, err := t.rectify(ctx, tx, r)
			changed = len(was) > 0
			return err
		})
	})
	return changed, t.failed("rectify", err)
}

// RectifyIn is Rectify as part of a transaction, and tells what the fields held that
// it changed.
func (t *table) RectifyIn(ctx context.Context, tx postgres.Tx, r Rectification) (was map[string]string, err error) {
	was, err = t.rectify(ctx, tx, r)
	return was, t.failed("rectify", err)
}

// Rectifiable are the fields that staff may correct at a person's request: what the
// person gave, and what was sent in about them, but for when it was.
func (t *table) Rectifiable() []dictionary.Field {
	return slices.DeleteFunc(slices.Clone(t.Fields()), func(f dictionary.Field) bool { return !t.rectifiable(f, audit.Staff) })
}

func (t *table) rectifiable(f dictionary.Field, by audit.ActorKind) bool {
	return f.Correctable || by == audit.Staff && t.holding.Records && f.ID != t.holding.Time && f.Type != dictionary.TypeJSON && f.Type != dictionary.TypeList
}

// CheckRectification tells what is wrong with values by themselves, as fields of the
// person's correction. Forbidden for what may not be corrected.
func (t *table) CheckRectification(r Rectification) error {
	_, err := t.canonical(r)
	return err
}

// canonical reads the values of a rectification as the row holds them, nil for none.
func (t *table) canonical(r Rectification) (values map[string]*string, err error) {
	check := newChecker(t.deps.Register, t.category.ID, t.deps.Now())
	values = map[string]*string{}
	var problems []fault.Problem
	for _, name := range slices.Sorted(maps.Keys(r.Values)) {
		f, ok := t.holding.Field(name)
		if !ok || !t.rectifiable(f, r.Actor.Kind) {
			return nil, fault.New(fault.Forbidden, "record.notCorrectable")
		}
		most := math.MaxInt
		if f.Max > 0 && !f.Type.Number() {
			most = int(f.Max)
		}
		value, bad := input.Line(name, r.Values[name], most)
		if problems = append(problems, bad...); len(bad) > 0 {
			continue
		}
		values[name] = nil
		canonical, reason := check.canonical(nil, f, cell{kind: text, text: []byte(value)})
		if reason != noReason {
			key, args := Refusal{Reason: reason, of: f}.says()
			problems = append(problems, fault.Field(name, key, args...))
		} else if canonical != nil {
			values[name] = new(string(canonical))
		}
	}
	return values, fault.Invalidate(problems...)
}

func (t *table) rectify(ctx context.Context, tx postgres.Tx, r Rectification) (was map[string]string, err error) {
	if len(r.Values) == 0 {
		return map[string]string{}, nil
	}
	values, bad := t.canonical(r)
	if fault.Is(bad, fault.Forbidden) {
		return nil, bad
	}
	key := []string{}
	if len(t.keys) > 0 {
		if key, err = t.parse(r.Key); err != nil {
			return nil, err
		}
	}
	if err := account.Hold(ctx, tx, r.Person); err != nil { // an import waits, too
		return nil, err
	}
	now, err := t.row(ctx, tx.PGX, r.Person, r.Key)
	if err != nil {
		return nil, err
	}
	if r.Seen != "" && r.Seen != now.Version() {
		return nil, fault.Invalidate(fault.Field("", "data.changedMeanwhile"))
	}
	names := slices.Sorted(maps.Keys(r.Values))
	if split(newChecker(t.deps.Register, t.category.ID, t.deps.Now()), t.texts(now, r.Values)) {
		return nil, fault.Invalidate(fault.Field(names[0], "input.card"))
	}
	if bad != nil {
		return nil, bad
	}
	was = t.different(now, values)
	if len(was) == 0 {
		return was, nil
	}
	names = slices.Sorted(maps.Keys(was))
	to := make([]*string, len(names))
	for i, name := range names {
		to[i] = values[name]
	}
	sql, args := t.rectifying(names, to, key, r)
	tag, err := tx.PGX.Exec(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	if tag.RowsAffected() == 0 {
		return nil, errCursor
	}
	return was, audit.Record(ctx, tx, audit.Entry{
		At: t.deps.Now(), Actor: r.Actor, Action: "record.corrected", PersonID: r.Person,
		Subject: t.category.ID, Detail: map[string]any{"fields": names},
	})
}

// different are those of the values that are not what the row holds already, with
// what it holds.
func (t *table) different(now Row, values map[string]*string) map[string]string {
	was := map[string]string{}
	for i, f := range t.Fields() {
		to, ok := values[f.ID]
		if !ok {
			continue
		}
		value, held := "", string(now.Values[i])
		if to != nil {
			value = *to
		}
		if value != held {
			was[f.ID] = held
		}
	}
	return was
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
