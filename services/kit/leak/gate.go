package leak

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// maxNamed bounds the fields that one refusal names.
const maxNamed = 20

// Gate checks the public text of one request before it is saved. Every service checks each
// text that others may see.
type Gate struct {
	search *Search
	found  []string
}

// NewGate returns a gate for one request.
func NewGate() *Gate { return &Gate{search: NewSearch()} }

// Text checks a field.
func (g *Gate) Text(field, text string) *Gate {
	if text != "" && (IsPicture(text) || g.search.Find(text)) {
		g.refuse(field)
	}
	return g
}

// Err returns an error if a field contains a secret. It names the field and never its
// content.
func (g *Gate) Err() error {
	if len(g.found) == 0 {
		return nil
	}
	e := errs.InvalidArgument("%s contains what looks like a secret, and others may see it; remove it, and store secrets as credentials", g.found[0]).WithReason(errorsv1.Reason_REASON_LITERAL_SECRET)
	for _, field := range g.found[:min(len(g.found), maxNamed)] {
		e = e.Field(field, "looks like a secret, and others may see it")
	}
	return e
}

// Text checks a single field.
func Text(field, text string) error { return NewGate().Text(field, text).Err() }

// JSON checks a JSON value: its texts, its keys, and values under a key with the name of a
// secret. name is the name of the value itself, such as an input's. It reads tokens, so
// that a duplicate key cannot hide a value.
func (g *Gate) JSON(field, name string, raw []byte) *Gate {
	w := walker{gate: g, field: field, decoder: json.NewDecoder(bytes.NewReader(raw))}
	w.decoder.UseNumber()
	for {
		token, err := w.decoder.Token()
		if errors.Is(err, io.EOF) {
			return g
		}
		if err != nil { // not JSON: checked as text
			return g.Text(field, string(raw))
		}
		w.token(token, name)
	}
}

// walker follows the tokens of a JSON value.
type walker struct {
	gate    *Gate
	field   string
	decoder *json.Decoder
	// open are the objects and arrays that the next token is in.
	open []level
}

type level struct {
	object bool
	// texts are the texts in it. They are also checked together, because they may be pieces
	// of a key.
	texts []string
	// keyed: the next token of an object is a value, under key.
	keyed bool
	key   string
}

func (w *walker) token(token json.Token, name string) {
	if len(w.open) > 0 {
		name = w.open[len(w.open)-1].key
	}
	switch t := token.(type) {
	case json.Delim:
		switch t {
		case '{', '[':
			w.open = append(w.open, level{object: t == '{', key: name})
			return
		default:
			w.gate.joined(w.field, w.open[len(w.open)-1].texts)
			w.open = w.open[:len(w.open)-1]
		}
	case json.Number:
		w.piece(t.String())
	case string:
		if at := len(w.open) - 1; at >= 0 && w.open[at].object && !w.open[at].keyed {
			w.open[at].keyed, w.open[at].key = true, t
			w.gate.Text(w.field, t)
			return
		}
		w.gate.named(w.field, name, t)
		w.piece(t)
	}
	if at := len(w.open) - 1; at >= 0 {
		w.open[at].keyed = false
	}
}

// maxPieces bounds the texts of a list or an object that are checked together.
const maxPieces = 10_000

// piece adds a text of a list or an object.
func (w *walker) piece(text string) {
	if at := len(w.open) - 1; at >= 0 && len(w.open[at].texts) < maxPieces && len(text) <= maxSuspect && !IsPicture(text) {
		w.open[at].texts = append(w.open[at].texts, text)
	}
}

func (g *Gate) joined(field string, texts []string) {
	if g.search.Joined(texts) {
		g.refuse(field)
	}
}

func (g *Gate) named(field, name, text string) {
	if IsPicture(text) {
		return
	}
	if SecretName(name) && Plausible(text) || g.search.Find(text) {
		g.refuse(field)
	}
}

// refuse records a field once.
func (g *Gate) refuse(field string) {
	if len(g.found) == 0 || g.found[len(g.found)-1] != field {
		g.found = append(g.found, field)
	}
}
