package document

import (
	"encoding"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// Described is a type that says what Go's types can't: a fragment of JSON
// Schema, in YAML, that is laid over what follows from the type itself.
// Defaults stand in it too. Two keywords are ours: `says` finishes the
// sentence "must be …" for a value that does not fit.
type Described interface{ Schema() string }

// builder makes the JSON Schema of Go types by their json tags.
type builder struct {
	overlay bool // a document that is laid over another need not be whole
	ids     func(list string) []string
	defs    map[string]any
	said    map[reflect.Type]object // fragments that were read
}

type object = map[string]any

func (b *builder) of(t reflect.Type) object {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	out := object{}
	switch {
	case t == reflect.TypeFor[Text]():
		out = object{"$ref": "#/$defs/Text"}
		b.define("Text", object{
			"type": "object", "minProperties": 1, "additionalProperties": object{"type": "string"},
			"description": "The same words in every language that the portal speaks.",
		})
		return out
	case t.Kind() == reflect.Struct && !readsText(t):
		if _, ok := b.defs[t.Name()]; !ok {
			b.define(t.Name(), nil) // types may hold themselves
			b.define(t.Name(), b.structure(t))
		}
		return object{"$ref": "#/$defs/" + t.Name()}
	case readsText(t) && t.Kind() == reflect.Map: // written once, or by language
		out["anyOf"] = []any{object{"type": "string"}, b.of(reflect.TypeFor[Text]())}
	case readsText(t), t.Kind() == reflect.String:
		out["type"] = "string"
	case t.Kind() == reflect.Bool:
		out["type"] = "boolean"
	case t.Kind() == reflect.Int64:
		out["type"] = "integer"
	case t.Kind() == reflect.Slice:
		out = object{"type": "array", "items": b.of(t.Elem())}
	case t.Kind() == reflect.Map:
		out = object{"type": "object", "additionalProperties": b.of(t.Elem())}
	}
	maps.Copy(out, b.fragment(t))
	return out
}

func (b *builder) define(name string, schema object) {
	if b.defs == nil {
		b.defs = map[string]any{}
	}
	b.defs[name] = schema
}

// structure is a struct's fields, and what it says of them itself.
func (b *builder) structure(t reflect.Type) object {
	own := b.fragment(t)
	said, _ := own["properties"].(object)
	properties := object{}
	for _, f := range reflect.VisibleFields(t) {
		key := f.Tag.Get("json")
		if key == "" || key == "-" {
			continue
		}
		p := b.of(f.Type)
		more, _ := said[key].(object)
		if f.Tag.Get("ref") != "" && b.ids != nil {
			b.suggest(p, f.Type, b.ids(f.Tag.Get("ref")))
		}
		if key == "id" {
			p["pattern"], p["says"] = "^[a-z0-9]+(-[a-z0-9]+)*$", "an id of lower-case letters, digits and hyphens"
		}
		maps.Copy(p, more)
		properties[key] = p
	}
	out := object{"type": "object", "additionalProperties": false, "properties": properties}
	if d, ok := own["description"]; ok {
		out["description"] = d
	}
	required, _ := own["required"].([]any)
	if b.overlay {
		required = slices.DeleteFunc(slices.Clone(required), func(key any) bool { return key != "id" })
		if _, ok := properties["id"]; ok {
			properties["remove"] = object{"const": true, "description": "Takes the item of this id away."}
		}
	}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

// suggest gives an editor the ids that a reference may have.
func (b *builder) suggest(p object, t reflect.Type, ids []string) {
	switch t.Kind() {
	case reflect.Slice:
		if items, ok := p["items"].(object); ok {
			items["examples"] = ids
		}
	case reflect.Map:
		p["propertyNames"] = object{"examples": ids}
	default:
		p["examples"] = ids
	}
}

func readsText(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// fragment is what a type says of itself.
func (b *builder) fragment(t reflect.Type) object {
	if known, ok := b.said[t]; ok {
		return known
	}
	described, ok := reflect.New(t).Elem().Interface().(Described)
	if !ok {
		return nil
	}
	var out object
	defer func() { b.said[t] = out }()
	if err := yaml.Unmarshal([]byte(described.Schema()), &out); err != nil {
		panic("the schema of " + t.Name() + ": " + err.Error()) // a slip in our own source
	}
	return out
}

// Schema is the JSON Schema (draft 2020-12) of a document that is laid over
// base, for an editor: its keys, their kinds and defaults, and base's ids.
func (d *Document[T]) Schema(title string) ([]byte, error) {
	b := builder{said: map[reflect.Type]object{}, overlay: true, ids: func(list string) (ids []string) {
		for _, item := range d.root.fields[list].items {
			ids = append(ids, item.id())
		}
		return ids
	}}
	root := b.of(reflect.TypeFor[T]())
	top, _ := b.defs[reflect.TypeFor[T]().Name()].(object)
	properties, _ := top["properties"].(object)
	for key, p := range properties { // an editor offers the ids that can be changed
		if n := d.root.fields[key]; n != nil && n.shape == listShape && len(n.items) > 0 && n.items[0].id() != "" {
			if list, ok := p.(object); ok {
				list["items"] = object{"allOf": []any{list["items"], object{"properties": object{"id": object{"examples": b.ids(key)}}}}}
			}
		}
	}
	root["$schema"], root["title"], root["$defs"] = "https://json-schema.org/draft/2020-12/schema", title, b.defs
	return json.MarshalIndent(root, "", "  ")
}

// plain is a tree as JSON would have it, guided by the Go type that it fills:
// a number or a NO where a text belongs is what was written. Defaults are
// filled in, and what bad lists is left out.
func (b *builder) plain(n *node, t reflect.Type, path string, bad map[string]bool) any {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch n.shape {
	case mapShape:
		out := object{}
		for _, key := range n.keys {
			here := join(path, key)
			if of, ok := under(t, key); bad[here] {
				continue
			} else if ok {
				out[key] = b.plain(n.fields[key], of, here, bad)
			} else {
				out[key] = nil
			}
		}
		if t.Kind() == reflect.Struct {
			b.defaults(out, t)
		}
		return out
	case listShape:
		out := make([]any, 0, len(n.items))
		of := t
		if t.Kind() == reflect.Slice {
			of = t.Elem()
		}
		for i, item := range n.items {
			if here := named(path, i, item); !bad[here] {
				out = append(out, b.plain(item, of, here, bad))
			}
		}
		return out
	case plainShape:
		if n.scalar != nil && (t.Kind() == reflect.String || readsText(t)) {
			return n.raw
		}
	}
	return n.scalar
}

// defaults fills in what a struct says that a missing key means.
func (b *builder) defaults(out object, t reflect.Type) {
	said, _ := b.fragment(t)["properties"].(object)
	for key, p := range said {
		if value, ok := p.(object)["default"]; ok && out[key] == nil {
			out[key] = value
		}
	}
}

// words lists what was wanted.
func words(all []any) string {
	out := make([]string, len(all))
	for i, one := range all {
		out[i], _ = one.(string)
	}
	return strings.Join(out, ", ")
}
