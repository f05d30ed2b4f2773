package roboflow

import (
	"bytes"
	"encoding/json"

	"github.com/keyhole-dev/keyhole/gateway/auth"
)

// keyIn finds api_key at the top level of the head of a body.
func keyIn(head []byte) (string, bool) {
	decoder := json.NewDecoder(bytes.NewReader(head))
	if first, err := decoder.Token(); err != nil || first != json.Delim('{') {
		return "", false
	}
	for depth, name := 1, true; ; {
		token, err := decoder.Token()
		if err != nil {
			return "", false
		}
		switch token := token.(type) {
		case json.Delim:
			if token == '{' || token == '[' {
				depth++
			} else {
				depth--
			}
			name = depth == 1 // a name follows, or the end
			continue
		case string:
			if depth == 1 && name && token == "api_key" {
				key, err := decoder.Token()
				text, isText := key.(string)
				return text, err == nil && isText && auth.WellFormed(text)
			}
		}
		if depth == 1 {
			name = !name
		}
	}
}
