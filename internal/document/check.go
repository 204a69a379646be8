package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
)

// check holds an instance to the schema of T, a sentence per fault.
func (d *Document[T]) check(b *builder, instance any) Faults {
	root := b.of(reflect.TypeFor[T]())
	root["$defs"] = b.defs
	raw, err := json.Marshal(root)
	if err != nil {
		return Faults{d.Fault("", "%v", err)}
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return Faults{d.Fault("", "%v", err)}
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	compiler.RegisterFormat(&jsonschema.Format{Name: "country", Validate: country})
	const url = "document.json"
	if err = compiler.AddResource(url, doc); err != nil {
		return Faults{d.Fault("", "%v", err)}
	}
	schema, err := compiler.Compile(url)
	if err != nil {
		return Faults{d.Fault("", "%v", err)}
	}
	var wrong *jsonschema.ValidationError
	if err = schema.Validate(instance); !errors.As(err, &wrong) {
		return nil
	}
	s := sentences[T]{d: d, schema: root}
	s.leaves(wrong)
	return s.faults
}

// country refuses a text that is no country's code today (ISO 3166-1 alpha-2).
func country(v any) error {
	code, ok := v.(string)
	if !ok {
		return nil // another keyword asks for a text
	}
	region, err := language.ParseRegion(code)
	if err != nil || !region.IsCountry() || region.Canonicalize().String() != code {
		return errors.New("no country of ISO 3166-1 alpha-2")
	}
	return nil
}

// sentences says in words what a validator found.
type sentences[T any] struct {
	d      *Document[T]
	schema object
	faults Faults
}

func (s *sentences[T]) leaves(e *jsonschema.ValidationError) {
	_, either := e.ErrorKind.(*kind.AnyOf)
	if len(e.Causes) > 0 && !either {
		for _, cause := range e.Causes {
			s.leaves(cause)
		}
		return
	}
	at, path := s.find(e.InstanceLocation)
	say := func(key, sentence string) {
		where := at
		if key != "" && at.fields[key] != nil {
			where = at.fields[key]
		}
		s.faults = append(s.faults, where.fault(strings.TrimPrefix(path+"."+key, "."), "%s", sentence))
	}
	switch k := e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		for _, key := range k.Properties {
			say(key, "there is no such key here")
		}
	case *kind.Required:
		for _, key := range k.Missing {
			say(key, "is missing")
		}
	default:
		s.faults = append(s.faults, at.fault(path, "%s", s.sentence(e)))
	}
}

// sentence is what a value should have been.
func (s *sentences[T]) sentence(e *jsonschema.ValidationError) string {
	if says, ok := s.at(e.SchemaURL)["says"].(string); ok {
		return "must be " + says
	}
	switch k := e.ErrorKind.(type) {
	case *kind.Type:
		kinds := map[string]string{
			"string": "a text", "array": "a list", "object": "a mapping of keys to values",
			"boolean": "true or false", "integer": "a whole number",
		}
		if k.Got == "null" {
			return "is missing"
		}
		return "must be " + kinds[k.Want[0]]
	case *kind.Enum:
		return "must be one of " + words(k.Want)
	case *kind.MinLength, *kind.MinItems, *kind.MinProperties:
		return "is missing"
	case *kind.Minimum:
		return "must be at least " + k.Want.RatString()
	case *kind.Maximum:
		return "must be at most " + k.Want.RatString()
	case *kind.AnyOf:
		return "must be a text, or one for each language"
	case *kind.Format:
		return "must be " + map[string]string{"email": "an e-mail address", "uri": "an address that begins with https://", "country": "a country of ISO 3166-1, such as US"}[k.Want]
	}
	return "is not as it should be (" + strings.Join(e.ErrorKind.KeywordPath(), " ") + ")"
}

// at is the piece of the schema that refused.
func (s *sentences[T]) at(url string) object {
	_, pointer, _ := strings.Cut(url, "#")
	at := s.schema
	for _, key := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		at, _ = at[strings.NewReplacer("~1", "/", "~0", "~").Replace(key)].(object)
	}
	return at
}

// find is the value at a location of the instance, or the nearest around it.
func (s *sentences[T]) find(location []string) (*node, string) {
	at, path := s.d.root, ""
	for _, key := range location {
		if at.shape == listShape {
			i, _ := strconv.Atoi(key)
			path, at = named(path, i, at.items[i]), at.items[i]
			continue
		}
		path = join(path, key)
		if next := at.fields[key]; next != nil {
			at = next
		}
	}
	return at, path
}
