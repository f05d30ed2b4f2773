package anatomy

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"github.com/keyhole-dev/keyhole/services/vault/guard/lane"
)

// known are the fields of key files that name the owner of a key and its use.
var known = map[string]bool{
	"type": true, "project_id": true, "client_email": true, "client_id": true, "auth_uri": true, "token_uri": true,
	"auth_provider_x509_cert_url": true, "client_x509_cert_url": true, "universe_domain": true, "quota_project_id": true,
	"subscriptionId": true, "tenantId": true, "clientId": true, "redirect_uris": true, "javascript_origins": true, "kty": true,
	"crv": true, "alg": true, "use": true, "kid": true, "e": true,
}

// keyFile returns the parts of a JSON key file: all texts except known fields and addresses. It
// returns nil if the secret is not a key file.
func keyFile(secret []byte) []lane.Part {
	if !bytes.HasPrefix(bytes.TrimSpace(secret), []byte("{")) {
		return nil
	}
	var file map[string]any
	if json.Unmarshal(secret, &file) != nil {
		return nil
	}
	return values(nil, file)
}

// values collects the parts in the order of their field names, because positions in a body must
// not change.
func values(parts []lane.Part, v any) []lane.Part {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if !known[name] {
				parts = values(parts, v[name])
			}
		}
	case []any:
		for _, e := range v {
			parts = values(parts, e)
		}
	case string:
		parts = append(parts, value([]byte(v))...)
	}
	return parts
}

func value(text []byte) []lane.Part {
	const least = 8
	if parts := pemParts(text); parts != nil {
		return parts
	}
	if len(text) < least || isPublicAddress(text) {
		return nil
	}
	return []lane.Part{token(text)}
}
