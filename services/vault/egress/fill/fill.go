// Package fill writes credentials into the bodies of requests.
package fill

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/keyhole-dev/keyhole/services/vault/egress"
)

// MaxBody bounds a body with a credential in it, in bytes, because such a body is held in memory.
const MaxBody = 8 << 20

// Placeholder marks the place of a credential in a body.
const Placeholder = "$credentials"

// Body replaces the placeholder at the pointer of each Body slot with the slot's secret. A body that is signed is read
// into memory. Any other body is returned unread.
func Body(body io.Reader, slots egress.Slots) (io.Reader, error) {
	if !slots.NeedBody() {
		return body, nil
	}
	raw, err := io.ReadAll(io.LimitReader(body, MaxBody+1))
	switch {
	case err != nil:
		return nil, egress.Refuse(egress.RefusedRequest, "the request's body could not be read")
	case len(raw) > MaxBody:
		return nil, egress.Refuse(egress.TooLarge, "the body is larger than %d MiB, the limit for a body with a credential", MaxBody>>20)
	}
	for _, s := range slots {
		if s.Kind != egress.Body {
			continue
		}
		from, to, err := findPlaceholder(raw, s.Name)
		if err != nil {
			return nil, egress.Refuse(egress.RefusedRequest, "the request's body has no place for the credential at %s: %v", s.Name, err)
		}
		text, err := json.Marshal(string(s.Secret.Expose()))
		if err != nil {
			return nil, egress.Refuse(egress.RefusedRequest, "the credential cannot be written as JSON")
		}
		raw = bytes.Join([][]byte{raw[:from], text, raw[to:]}, nil)
	}
	return bytes.NewBuffer(raw), nil
}

var (
	errNotJSON  = errors.New("it is not a JSON object")
	errNotThere = errors.New("the placeholder must be there exactly once")
)

// findPlaceholder returns the range of the placeholder at a pointer, quotes included. It refuses two members with one
// name, because readers differ in which one they take.
func findPlaceholder(raw []byte, pointer string) (from, to int, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	parts := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	for i := range parts {
		parts[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(parts[i])
	}
	if from, to, err = findInObject(d, raw, parts); err != nil {
		return 0, 0, err
	}
	if to == 0 {
		return 0, 0, errNotThere
	}
	return from, to, nil
}

// findInObject reads one object and returns the range of the placeholder at a path in it; to is 0 if there is none.
func findInObject(d *json.Decoder, raw []byte, path []string) (from, to int, err error) {
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
			if from, to, err = findInObject(d, raw, path[1:]); err != nil {
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
