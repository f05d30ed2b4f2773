package main

import (
	"bytes"
	"encoding/json"

	"github.com/keyhole-dev/keyhole/services/workflow/document"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// indent writes a manifest with one key a line, and one element a line in its lists of
// objects.
func indent(m *manifest.Manifest) ([]byte, error) {
	raw, err := document.Marshal(m)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if _, err := decoder.Token(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString(" {")
	for first := true; decoder.More(); first = false {
		key, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, err
		}
		if !first {
			b.WriteByte(',')
		}
		b.WriteString("\n  \"" + key.(string) + "\": ")
		if err := elements(&b, value); err != nil {
			return nil, err
		}
	}
	b.WriteString("\n }")
	return b.Bytes(), nil
}

func elements(b *bytes.Buffer, value json.RawMessage) error {
	if !bytes.HasPrefix(value, []byte("[{")) {
		b.Write(value)
		return nil
	}
	var list []json.RawMessage
	if err := json.Unmarshal(value, &list); err != nil {
		return err
	}
	b.WriteByte('[')
	for i, item := range list {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n   ")
		b.Write(item)
	}
	b.WriteString("\n  ]")
	return nil
}
