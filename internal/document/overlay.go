package document

import (
	"maps"
	"reflect"
	"slices"
)

// gather joins the files of one document: their lists follow one another,
// anything else may stand in one file only.
func gather(into, n *node) (faults Faults) {
	for _, key := range n.keys {
		value, there := n.fields[key], into.fields[key]
		switch {
		case there == nil:
			into.set(key, value)
		case there.shape == listShape && value.shape == listShape:
			there.items = append(there.items, value.items...)
		default:
			faults = append(faults, value.fault(key, "already stands in %s", there.file))
		}
	}
	return faults
}

// twice finds items of a list that are called the same.
func twice(n *node, t reflect.Type) (faults Faults) {
	walk(n, t, "", "", func(n *node, _ reflect.Type, _ reflect.StructTag, path string) bool {
		seen := map[string]bool{}
		for i, item := range n.items {
			id := item.id()
			if id != "" && seen[id] {
				faults = append(faults, item.fault(named(path, i, item), "stands here twice"))
			}
			seen[id] = true
		}
		return true
	})
	return faults
}

// lay puts over upon base: mappings key by key, lists of items that have an id
// item by item, everything else in place of what was there. An item that says
// remove goes. A text goes with all its languages, unless the one above says
// it in languages only that the one below lacks: then it is a translation.
func lay(base, over *node, t reflect.Type, path string, faults *Faults) *node {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case base == nil || base.shape != over.shape || over.shape == plainShape:
		return over
	case t == reflect.TypeFor[Text]() && slices.ContainsFunc(over.keys, func(k string) bool { return base.fields[k] != nil }):
		return over
	case over.shape == mapShape:
		out := &node{place: over.place, shape: mapShape, keys: slices.Clone(base.keys), fields: maps.Clone(base.fields)}
		for _, key := range over.keys {
			if of, ok := under(t, key); ok {
				out.set(key, lay(base.fields[key], over.fields[key], of, join(path, key), faults))
			} else { // no such key: whoever reads it will say so
				out.set(key, over.fields[key])
			}
		}
		return out
	case !identified(t.Elem()):
		return over
	}
	out := &node{place: base.place, shape: listShape, items: slices.Clone(base.items)}
	for _, item := range over.items {
		at, where := out.item(item.id()), named(path, 0, item)
		if remove := item.fields["remove"]; remove != nil {
			switch {
			case remove.scalar != true:
				*faults = append(*faults, remove.fault(where+".remove", "must be true: leave the line out to keep %s", item.id()))
			case at < 0:
				*faults = append(*faults, item.fault(where, "there is no %s that could be removed", item.id()))
			case len(item.keys) > len([]string{"id", "remove"}):
				*faults = append(*faults, remove.fault(where+".remove", "what is removed says nothing else"))
			default:
				out.items = slices.Delete(out.items, at, at+1)
			}
			continue
		}
		switch {
		case at >= 0:
			out.items[at] = lay(out.items[at], item, t.Elem(), where, faults)
		default:
			out.items = append(out.items, item)
		}
	}
	return out
}

func removes(item *node) bool {
	return item.shape == mapShape && item.fields["remove"] != nil && item.fields["remove"].scalar == true
}

// under is the type of what a key of t holds.
func under(t reflect.Type, key string) (reflect.Type, bool) {
	if t.Kind() == reflect.Map {
		return t.Elem(), true
	}
	if t.Kind() != reflect.Struct {
		return nil, false
	}
	for _, f := range reflect.VisibleFields(t) {
		if f.Tag.Get("json") == key {
			return f.Type, true
		}
	}
	return nil, false
}

// identified tells whether items of a type have an id.
func identified(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	_, ok := under(t, "id")
	return ok
}

// taken are the items of base that over removes, by list, and where it does.
func taken(over *node) map[string]map[string]place {
	gone := map[string]map[string]place{}
	for _, list := range over.keys {
		for _, item := range over.fields[list].items {
			if removes(item) {
				if gone[list] == nil {
					gone[list] = map[string]place{}
				}
				gone[list][item.id()] = item.place
			}
		}
	}
	return gone
}

// forget takes references to removed items out of what was not written by the
// one who removed them, wherever the reference may be missing.
func forget(root *node, t reflect.Type, gone map[string]map[string]place) {
	walk(root, t, "", "", func(n *node, of reflect.Type, _ reflect.StructTag, _ string) bool {
		if n.shape == listShape && of.Kind() == reflect.Slice {
			n.items = slices.DeleteFunc(slices.Clone(n.items), func(i *node) bool { return emptied(i, of.Elem(), gone) })
		}
		if n.shape != mapShape || of.Kind() != reflect.Struct {
			return true
		}
		for _, f := range reflect.VisibleFields(of) {
			key, lost := f.Tag.Get("json"), gone[f.Tag.Get("ref")]
			value := n.fields[key]
			if value == nil || len(lost) == 0 {
				continue
			}
			is := func(by *node) bool { at, ok := lost[by.raw]; return ok && at.file != by.file }
			copied := *value
			switch {
			case value.shape == listShape:
				copied.items = slices.DeleteFunc(slices.Clone(value.items), func(i *node) bool { return is(i) })
			case value.shape == mapShape:
				copied.fields = maps.Clone(value.fields)
				copied.keys = slices.Clone(value.keys)
				for id, at := range lost {
					if by := value.fields[id]; by != nil && by.file != at.file {
						copied.drop(id)
					}
				}
			case is(value) && f.Tag.Get("optional") != "":
				n.drop(key)
				continue
			}
			n.fields[key] = &copied
		}
		return true
	})
}

// emptied tells whether an item held for removed ones only: where an empty
// list means all, forgetting them would make it hold for everything.
func emptied(item *node, t reflect.Type, gone map[string]map[string]place) bool {
	if item.shape != mapShape || t.Kind() != reflect.Struct {
		return false
	}
	for _, f := range reflect.VisibleFields(t) {
		value, lost := item.fields[f.Tag.Get("json")], gone[f.Tag.Get("ref")]
		if f.Tag.Get("empty") == "" || value == nil || len(value.items) == 0 {
			continue
		}
		if !slices.ContainsFunc(value.items, func(i *node) bool { _, ok := lost[i.raw]; return !ok }) {
			return true
		}
	}
	return false
}
