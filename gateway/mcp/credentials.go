package mcp

import (
	"bytes"
	"encoding/json"
	"net/http"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// credentialsHeader has the visitor's credentials, a JSON object by input. A value is the
// credential, or an object with its value and the destination that the visitor saw.
const credentialsHeader = "Keyhole-Credentials"

// maxCredentials bounds the header in bytes.
const maxCredentials = 64 << 10

type credential struct {
	Value       string `json:"value"`
	Destination string `json:"destination"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (c *credential) UnmarshalJSON(raw []byte) error {
	if bytes.HasPrefix(raw, []byte(`"`)) {
		return json.Unmarshal(raw, &c.Value) //nolint:wrapcheck // its caller quotes nothing of it
	}
	type plain credential
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	return decoder.Decode((*plain)(c)) //nolint:wrapcheck // as above
}

func credentialsOf(r *http.Request) (map[string]credential, error) {
	sent := r.Header.Values(credentialsHeader)
	if len(sent) == 0 {
		return nil, nil //nolint:nilnil // no credentials
	}
	var out map[string]credential
	if len(sent) > 1 || len(sent[0]) > maxCredentials || json.Unmarshal([]byte(sent[0]), &out) != nil { // its error would quote the value
		return nil, errs.InvalidArgument(`the header Keyhole-Credentials must be one JSON object: {"llm_api_key": "..."}`).Field(credentialsHeader, "is malformed")
	}
	return out, nil
}
