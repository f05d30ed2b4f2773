package egress

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// MaxFilled bounds a body that a credential goes into, in bytes: it is kept in memory.
const MaxFilled = 8 << 20

// Placeholder stands in a body where a credential goes.
const Placeholder = "$credentials"

// FillBody puts the secrets of the Body slots into a JSON body, each at its own pointer,
// in the place of the placeholder. Without such a slot the body is not touched.
func FillBody(body io.Reader, slots []*Slot) (io.Reader, error) {
	var raw []byte
	for _, s := range slots {
		if s.Kind != Body {
			continue
		}
		if raw == nil {
			var err error
			if raw, err = io.ReadAll(io.LimitReader(body, MaxFilled+1)); err != nil {
				return nil, refuse(RefusedRequest, "the request's body could not be read")
			}
		}
		if len(raw) > MaxFilled {
			return nil, refuse(TooLarge, "a body with a credential in it is larger than %d MiB", MaxFilled>>20)
		}
		from, to, err := find(raw, s.Name)
		if err != nil {
			return nil, refuse(RefusedRequest, "the request's body has no place for the credential at %s: %v", s.Name, err)
		}
		text, err := json.Marshal(string(s.Secret.Expose()))
		if err != nil {
			return nil, refuse(RefusedRequest, "the credential cannot be written as JSON")
		}
		raw = bytes.Join([][]byte{raw[:from], text, raw[to:]}, nil)
	}
	if raw == nil {
		return body, nil
	}
	return bytes.NewReader(raw), nil
}

var (
	errNotJSON  = errors.New("it is not a JSON object")
	errNotThere = errors.New("the placeholder is not there once")
)

// find gives the bytes of the placeholder at a pointer through objects. Two members of
// one name are refused: readers differ in which they take.
func find(raw []byte, pointer string) (from, to int, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	parts := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	for i := range parts {
		parts[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(parts[i])
	}
	if from, to, err = member(d, raw, parts); err != nil {
		return 0, 0, err
	}
	if to == 0 {
		return 0, 0, errNotThere
	}
	return from, to, nil
}

// member reads one value, and finds the placeholder at the path in it; to is 0 where it
// is not.
func member(d *json.Decoder, raw []byte, path []string) (from, to int, err error) {
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return 0, 0, errNotJSON
	}
	seen := false
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return 0, 0, errNotJSON
		}
		if key != path[0] {
			if err := d.Decode(new(json.RawMessage)); err != nil {
				return 0, 0, errNotJSON
			}
			continue
		}
		if seen {
			return 0, 0, errNotThere
		}
		seen = true
		if len(path) > 1 {
			if from, to, err = member(d, raw, path[1:]); err != nil {
				return 0, 0, err
			}
			continue
		}
		var text string
		if d.Decode(&text) != nil || text != Placeholder {
			return 0, 0, errNotThere
		}
		to = int(d.InputOffset())
		from = bytes.LastIndexByte(raw[:to-1], '"')
	}
	if _, err := d.Token(); err != nil {
		return 0, 0, errNotJSON
	}
	return from, to, nil
}
