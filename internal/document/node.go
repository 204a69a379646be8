package document

import (
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// node is a value as it was written, and where.
type node struct {
	place
	keys   []string         // of a mapping, as written
	fields map[string]*node // of a mapping
	items  []*node          // of a list
	scalar any              // string, bool, int64 or nil, of neither
	raw    string           // the scalar as it was written
	shape  shape
}

type shape int

const (
	plainShape shape = iota
	mapShape
	listShape
)

// reader turns one file into nodes.
type reader struct {
	file    string
	anchors map[string]ast.Node
	nodes   int // read so far, aliases written out
	faults  Faults
}

// maxNodes bounds what the aliases of one file come to: an alias within its own
// anchor, or ten lines of ten aliases each, would fill all memory.
const (
	maxNodes = 1 << 18
	maxPath  = 1 << 10 // bytes
)

func (r *reader) fault(line int, path, format string, args ...any) {
	r.faults = append(r.faults, place{r.file, line}.fault(path, format, args...))
}

// read gives nil for a file that says nothing.
func (r *reader) read(source []byte) *node {
	tree, err := parser.ParseBytes(source, 0)
	var broken yaml.Error
	if errors.As(err, &broken) && broken.GetToken() != nil {
		r.fault(broken.GetToken().Position.Line, "", "%s", broken.GetMessage())
		return nil
	}
	if err != nil {
		r.fault(1, "", "%v", err)
		return nil
	}
	var root *node
	for i, doc := range tree.Docs {
		switch {
		case doc.Body == nil:
		case i > 0:
			r.fault(doc.Body.GetToken().Position.Line, "", "a second document in one file")
		default:
			root = r.node(doc.Body, "")
		}
	}
	if root != nil && root.shape != mapShape {
		r.fault(root.line, "", "must be a mapping of keys to values")
		return nil
	}
	return root
}

func (r *reader) node(n ast.Node, path string) *node {
	out := &node{}
	if n == nil || r.nodes > maxNodes {
		return out
	}
	if r.nodes++; r.nodes > maxNodes || len(path) > maxPath {
		r.fault(n.GetToken().Position.Line, "", "with every alias written out this file is too large, or has no end")
		r.nodes = maxNodes + 1
		return out
	}
	if n = r.resolve(n, path); n == nil {
		return out
	}
	out.place = place{r.file, n.GetToken().Position.Line}
	switch n := n.(type) {
	case *ast.MappingNode:
		r.mapping(out, n.Values, path)
	case *ast.MappingValueNode:
		r.mapping(out, []*ast.MappingValueNode{n}, path)
	case *ast.SequenceNode:
		out.shape = listShape
		for i, item := range n.Values {
			out.items = append(out.items, r.node(item, index(path, i)))
		}
	case *ast.StringNode:
		out.scalar, out.raw = n.Value, n.Value
	case *ast.LiteralNode:
		out.raw = strings.TrimSuffix(n.Value.Value, "\n")
		out.scalar = out.raw
	case *ast.IntegerNode:
		out.raw = n.GetToken().Value
		out.scalar = out.raw
		if whole, err := strconv.ParseInt(strings.ReplaceAll(out.raw, "_", ""), 10, 64); err == nil {
			out.scalar = whole
		}
	case *ast.BoolNode:
		out.scalar, out.raw = n.Value, n.GetToken().Value
	case *ast.FloatNode:
		out.scalar, out.raw = n.Value, n.GetToken().Value
	case *ast.NullNode:
	default:
		r.fault(out.line, path, "can't be read here")
	}
	return out
}

func (r *reader) mapping(out *node, values []*ast.MappingValueNode, path string) {
	out.shape, out.fields = mapShape, map[string]*node{}
	for _, entry := range values {
		key := entry.Key.GetToken().Value
		if _, twice := out.fields[key]; twice {
			r.fault(entry.Key.GetToken().Position.Line, join(path, key), "stands here twice")
			continue
		}
		value := r.node(entry.Value, join(path, key))
		value.place = place{r.file, entry.Key.GetToken().Position.Line}
		out.keys, out.fields[key] = append(out.keys, key), value
	}
}

// resolve follows an alias to what its anchor named earlier in the file.
func (r *reader) resolve(n ast.Node, path string) ast.Node {
	switch a := n.(type) {
	case *ast.AnchorNode:
		r.anchors[a.Name.GetToken().Value] = a.Value
		return a.Value
	case *ast.AliasNode:
		value, ok := r.anchors[a.Value.GetToken().Value]
		if !ok {
			r.fault(a.GetToken().Position.Line, path, "nothing above is called %s", a.Value.GetToken().Value)
			return nil
		}
		return value
	}
	return n
}

func (n *node) set(key string, value *node) {
	if _, ok := n.fields[key]; !ok {
		n.keys = append(n.keys, key)
	}
	n.fields[key] = value
}

func (n *node) drop(key string) {
	n.keys = slices.DeleteFunc(n.keys, func(k string) bool { return k == key })
	delete(n.fields, key)
}

// id is what an item of a list is called, if it is called anything.
func (n *node) id() string {
	if n.shape != mapShape || n.fields["id"] == nil {
		return ""
	}
	return n.fields["id"].raw
}

// item is the place of what a list calls by an id.
func (n *node) item(id string) int {
	return slices.IndexFunc(n.items, func(i *node) bool { return i.id() == id })
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func index(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// named is the path of an item: by its id, so that it means the same after
// others were laid over it or taken away.
func named(path string, i int, item *node) string {
	if id := item.id(); id != "" {
		return path + "[" + id + "]"
	}
	return index(path, i)
}

// walk calls visit for each value of a tree with the Go type that it fills and
// the tag of its field, parents first. A value that visit declines is not
// entered.
func walk(n *node, t reflect.Type, tag reflect.StructTag, path string, visit func(n *node, t reflect.Type, tag reflect.StructTag, path string) bool) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if n == nil || !visit(n, t, tag, path) {
		return
	}
	switch {
	case n.shape == mapShape && t.Kind() == reflect.Struct:
		for _, f := range reflect.VisibleFields(t) {
			if key := f.Tag.Get("json"); key != "" {
				walk(n.fields[key], f.Type, f.Tag, join(path, key), visit)
			}
		}
	case n.shape == mapShape && t.Kind() == reflect.Map:
		for _, key := range n.keys {
			walk(n.fields[key], t.Elem(), "", join(path, key), visit)
		}
	case n.shape == listShape && t.Kind() == reflect.Slice:
		for i, item := range n.items {
			walk(item, t.Elem(), "", named(path, i, item), visit)
		}
	}
}
