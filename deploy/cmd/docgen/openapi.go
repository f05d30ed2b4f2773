package main

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
)

const openAPIFile = "proto/gen/openapi/keyhole.swagger.json"

// jsonField matches the generator's output for a field whose bytes are JSON. The proto
// gives the format next to the field.
var jsonField = regexp.MustCompile(`"type": "string",(\s*)"format": "json(-object|-list)?"(,\s*)?`)

// mendOpenAPI gives these fields their type on HTTP: an object, a list of objects, or any
// value. It also mends the one parameter whose singular the generator does not know: it takes
// a final "s" away.
func mendOpenAPI() error {
	document, err := os.ReadFile(openAPIFile)
	if err != nil {
		return fmt.Errorf("run it from the repository's top: %w", err)
	}
	mended := jsonField.ReplaceAllFunc(document, func(found []byte) []byte {
		m := jsonField.FindSubmatch(found)
		switch string(m[2]) {
		case "-object":
			return []byte(`"type": "object"` + string(m[3]))
		case "-list":
			return []byte(`"type": "array",` + string(m[1]) + `"items": {` + string(m[1]) + `  "type": "object"` + string(m[1]) + `}` + string(m[3]))
		}
		return nil
	})
	mended = bytes.ReplaceAll(mended, []byte("modelAliase}"), []byte("modelAlias}"))
	mended = bytes.ReplaceAll(mended, []byte(`"modelAliase"`), []byte(`"modelAlias"`))
	if err := os.WriteFile(openAPIFile, mended, 0o644); err != nil {
		return fmt.Errorf("write the OpenAPI document: %w", err)
	}
	return nil
}
