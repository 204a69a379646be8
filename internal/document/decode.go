package document

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// decoder fills a struct from YAML by its struct tags. Unlike the library's
// own it does not stop at the first fault, and it remembers where each path
// stands, so that a fault found later can name its line too.
type decoder struct {
	file   string
	places places
	texts  map[string]Text // every Text by its path
	faults Faults

	anchors map[string]ast.Node // of the file at hand
}

func (d *decoder) add(file string, source []byte, into reflect.Value) {
	d.file, d.anchors = file, map[string]ast.Node{}
	if _, ok := d.places[""]; !ok {
		d.places[""] = place{file: file, line: 1}
	}
	tree, err := parser.ParseBytes(source, 0)
	var broken yaml.Error
	if errors.As(err, &broken) && broken.GetToken() != nil {
		d.faultAt(broken.GetToken().Position.Line, "", "%s", broken.GetMessage())
		return
	}
	if err != nil {
		d.faultAt(1, "", "%v", err)
		return
	}
	for i, doc := range tree.Docs {
		switch {
		case doc.Body == nil:
		case i > 0:
			d.fault(doc.Body, "", "a second document in one file")
		default:
			d.decode(doc.Body, "", into)
		}
	}
}

func (d *decoder) fault(n ast.Node, path, format string, args ...any) {
	d.faultAt(n.GetToken().Position.Line, path, format, args...)
}

func (d *decoder) faultAt(line int, path, format string, args ...any) {
	d.faults = append(d.faults, Fault{File: d.file, Line: line, Path: path, Text: fmt.Sprintf(format, args...)})
}

func (d *decoder) decode(n ast.Node, path string, v reflect.Value) {
	n, ok := d.resolve(n, path)
	if !ok {
		return
	}
	if path != "" {
		if _, ok := d.places[path]; !ok {
			d.places[path] = place{file: d.file, line: n.GetToken().Position.Line}
		}
	}
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok && (v.Kind() != reflect.Map || n.Type() != ast.MappingType && n.Type() != ast.MappingValueType) {
		if s, ok := d.scalar(n, path); ok {
			if err := u.UnmarshalText([]byte(s)); err != nil {
				d.fault(n, path, "%v", err)
			}
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.fields(n, path, v)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.decode(n, path, v.Elem())
	case reflect.Slice:
		d.list(n, path, v)
	case reflect.Map:
		d.dictionary(n, path, v)
	case reflect.Bool:
		b, ok := n.(*ast.BoolNode)
		if !ok {
			d.fault(n, path, "must be true or false")
			return
		}
		v.SetBool(b.Value)
	case reflect.Int64:
		whole, err := strconv.ParseInt(strings.ReplaceAll(n.GetToken().Value, "_", ""), 10, 64)
		if _, ok := n.(*ast.IntegerNode); !ok || err != nil {
			d.fault(n, path, "must be a whole number")
			return
		}
		v.SetInt(whole)
	default: // texts, and the named kinds of text
		if s, ok := d.scalar(n, path); ok {
			v.SetString(s)
		}
	}
}

// resolve follows an alias to what its anchor named earlier in the file.
func (d *decoder) resolve(n ast.Node, path string) (ast.Node, bool) {
	switch a := n.(type) {
	case *ast.AnchorNode:
		d.anchors[a.Name.GetToken().Value] = a.Value
		return a.Value, true
	case *ast.AliasNode:
		value, ok := d.anchors[a.Value.GetToken().Value]
		if !ok {
			d.fault(n, path, "nothing above is called %s", a.Value.GetToken().Value)
		}
		return value, ok
	}
	return n, true
}

func (d *decoder) fields(n ast.Node, path string, v reflect.Value) {
	index := map[string]int{}
	for i := range v.NumField() {
		if tag := v.Type().Field(i).Tag.Get("yaml"); tag != "" {
			index[tag] = i
		}
	}
	d.entries(n, path, func(key string, keyNode, value ast.Node) {
		i, ok := index[key]
		at := join(path, key)
		switch {
		case !ok:
			d.fault(keyNode, at, "there is no such key here")
		case path == "" && v.Field(i).Kind() != reflect.Slice && !v.Field(i).IsZero():
			d.fault(keyNode, at, "already stands in %s", d.places.of(at).file)
		default:
			d.decode(value, at, v.Field(i))
		}
	})
}

func (d *decoder) list(n ast.Node, path string, v reflect.Value) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		d.fault(n, path, "must be a list")
		return
	}
	for _, item := range seq.Values {
		v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
		last := v.Len() - 1
		d.decode(item, path+"["+strconv.Itoa(last)+"]", v.Index(last))
	}
}

func (d *decoder) dictionary(n ast.Node, path string, v reflect.Value) {
	v.Set(reflect.MakeMap(v.Type()))
	d.entries(n, path, func(key string, _, value ast.Node) {
		item := reflect.New(v.Type().Elem()).Elem()
		d.decode(value, join(path, key), item)
		v.SetMapIndex(reflect.ValueOf(key), item)
	})
	if t, ok := v.Interface().(Text); ok {
		d.texts[path] = t
	}
}

// entries calls fn for each key of a mapping.
func (d *decoder) entries(n ast.Node, path string, fn func(key string, keyNode, value ast.Node)) {
	var values []*ast.MappingValueNode
	switch m := n.(type) {
	case *ast.MappingNode:
		values = m.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{m}
	default:
		d.fault(n, path, "must be a mapping of keys to values")
		return
	}
	for _, entry := range values {
		fn(entry.Key.GetToken().Value, entry.Key, entry.Value)
	}
}

// scalar is the text of a plain value. Numbers are taken as they were
// written: a version or a code needs no quotes.
func (d *decoder) scalar(n ast.Node, path string) (string, bool) {
	switch s := n.(type) {
	case *ast.StringNode:
		return s.Value, true
	case *ast.LiteralNode:
		return strings.TrimSuffix(s.Value.Value, "\n"), true
	case *ast.IntegerNode, *ast.FloatNode:
		return n.GetToken().Value, true
	case *ast.BoolNode: // NO is Norway before it is a boolean
		return n.GetToken().Value, true
	default:
		d.fault(n, path, "must be a text")
		return "", false
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
