package mcp

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// result takes the pictures out of outputs.
type result struct {
	pictures []sdk.Content
}

// read decodes the outputs of a run. Numbers keep their text.
func (r *result) read(raw []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var outputs any
	if err := decoder.Decode(&outputs); err != nil {
		return nil, fmt.Errorf("decode the outputs: %w", err)
	}
	return r.without(outputs), nil
}

// without returns a value with a mark in the place of each picture.
func (r *result) without(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = r.without(v[i])
		}
	case map[string]any:
		if picture, ok := pictureIn(v); ok {
			r.pictures = append(r.pictures, picture)
			return fmt.Sprintf("[picture %d]", len(r.pictures))
		}
		for name := range v {
			v[name] = r.without(v[name])
		}
	}
	return v
}

// pictureIn returns the picture of a value {"type": "base64", "value": ...}.
func pictureIn(v map[string]any) (sdk.Content, bool) {
	text, isText := v["value"].(string)
	if v["type"] != "base64" || !isText {
		return nil, false
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, false
	}
	kind := http.DetectContentType(raw)
	if !strings.HasPrefix(kind, "image/") {
		return nil, false
	}
	return &sdk.ImageContent{Data: raw, MIMEType: kind}, true
}
