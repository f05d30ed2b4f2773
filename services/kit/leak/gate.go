package leak

import (
	"fmt"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// maxNamed bounds how many fields one refusal names.
const maxNamed = 20

// Gate looks over the public text of one request before it is saved. Every service puts
// each text that others may see through one.
type Gate struct {
	search *Search
	found  []string
}

// NewGate opens a gate.
func NewGate() *Gate { return &Gate{search: NewSearch()} }

// Text looks over a field.
func (g *Gate) Text(field, text string) *Gate {
	if text != "" && g.search.Find(text) {
		g.found = append(g.found, field)
	}
	return g
}

// Err refuses the request if a field holds a secret. It names fields, never what is in them.
func (g *Gate) Err() error {
	if len(g.found) == 0 {
		return nil
	}
	e := errs.InvalidArgument(errorsv1.Reason_REASON_LITERAL_SECRET,
		"%s holds what looks like a secret, and others may see it; take it out, and store secrets as credentials", g.found[0])
	for _, field := range g.found[:min(len(g.found), maxNamed)] {
		e = e.Field(field, "looks like a secret; others may see it")
	}
	return e
}

// Text is a gate for one field.
func Text(field, text string) error { return NewGate().Text(field, text).Err() }

// Value looks over a value of JSON: its texts, its keys, and what stands under a key that
// is named like a secret.
func (g *Gate) Value(field string, value any) *Gate {
	g.value(field, "", value, maxNesting)
	return g
}

// maxNesting bounds how deep a value is looked into; deeper ones are refused.
const maxNesting = 100

func (g *Gate) value(field, name string, value any, depth int) {
	if depth == 0 {
		g.found = append(g.found, field)
		return
	}
	switch v := value.(type) {
	case string:
		g.named(field, name, v)
	case []any:
		for i, item := range v {
			g.value(fmt.Sprintf("%s[%d]", field, i), name, item, depth-1)
		}
	case map[string]any:
		if isPicture(v) {
			return
		}
		for key, item := range v {
			if g.search.Find(key) {
				g.found = append(g.found, field)
				continue // the key must not be told
			}
			g.value(field+"."+key, key, item, depth-1)
		}
	}
}

func (g *Gate) named(field, name, text string) {
	if IsPicture(text) {
		return
	}
	if SecretName(name) && Plausible(text) || g.search.Find(text) {
		g.found = append(g.found, field)
	}
}
