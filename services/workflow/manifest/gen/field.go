package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// ofField reads a field, and the lines that belong to it.
func (r *reader) ofField(word, rest string) error {
	if word == "field" {
		field, err := field(rest)
		r.m.Fields = append(r.m.Fields, field)
		r.field = &r.m.Fields[len(r.m.Fields)-1]
		return err
	}
	if r.field == nil {
		return fmt.Errorf("%q before a field", word)
	}
	switch word {
	case "secret":
		return r.secret(strings.Fields(rest))
	case "holds":
		r.field.Holds = manifest.Holds(rest)
	case "check":
		r.field.Check = manifest.Check(rest)
	default:
		return fmt.Errorf("unknown word %q", word)
	}
	return nil
}

// secret reads "provider scheme [parameter] destination [managed]".
func (r *reader) secret(words []string) error {
	managed := len(words) > 0 && words[len(words)-1] == "managed"
	if managed {
		words = words[:len(words)-1]
	}
	if len(words) < 3 || len(words) > 4 {
		return fmt.Errorf("a secret has a provider, a scheme and a destination")
	}
	c := &manifest.Credential{
		Provider: words[0], Scheme: manifest.Scheme(words[1]), Destination: destination(words[len(words)-1]), Managed: managed,
	}
	if len(words) == 4 {
		c.Parameter = words[2]
	}
	r.field.Credential = c
	return nil
}

// head is a field's name, its star, its aliases, and how it takes batches.
var head = regexp.MustCompile(`^([A-Za-z0-9_]+)(\*?)(?: \(([^)]*)\))?((?: batch| batch_or_scalar| auto_cast)*): `)

func field(text string) (manifest.Field, error) {
	m := head.FindStringSubmatch(text)
	if m == nil {
		return manifest.Field{}, fmt.Errorf("%q is no field", text)
	}
	f := manifest.Field{Name: m[1], Required: m[2] == "*"}
	if m[3] != "" {
		f.Aliases = strings.Split(m[3], ", ")
	}
	for word := range strings.FieldsSeq(m[4]) {
		switch word {
		case "auto_cast":
			f.AutoCast = true
		default:
			f.Batch = manifest.Batch(word)
		}
	}
	p := &parser{rest: text[len(m[0]):]}
	f.Accepts = p.alternatives()
	if value, given := strings.CutPrefix(p.rest, " = "); given && p.err == nil {
		return f, json.Unmarshal([]byte(value), &f.Default)
	}
	if p.err == nil && p.rest != "" {
		p.err = fmt.Errorf("%q after the types", p.rest)
	}
	return f, p.err
}

// destination reads an address, the name of a field, or "protocol:field" for a bare host,
// and after it ":port" for the field of its port.
func destination(text string) manifest.Destination {
	if strings.Contains(text, "://") {
		return manifest.Destination{URL: text}
	}
	if scheme, field, bare := strings.Cut(text, ":"); bare {
		field, port, _ := strings.Cut(field, ":")
		return manifest.Destination{Scheme: scheme, Field: field, Port: port}
	}
	return manifest.Destination{Field: text}
}
