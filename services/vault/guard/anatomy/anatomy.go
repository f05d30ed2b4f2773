package anatomy

import (
	"bytes"
	"encoding/base64"

	"github.com/keyhole-dev/keyhole/services/vault/guard/lane"
)

// Dissect returns the parts of a secret.
func Dissect(secret []byte) []lane.Part {
	if parts := keyFile(secret); parts != nil {
		return parts
	}
	if parts := pemParts(secret); parts != nil {
		return parts
	}
	if parts := encoded(secret); parts != nil {
		return parts
	}
	secret = withoutScheme(secret)
	if parts := login(secret); parts != nil {
		return parts
	}
	return []lane.Part{token(secret)}
}

// encoded returns the parts of a key or key file that is stored in base64, as in environment
// variables. The decoders find a text that contains its base64.
func encoded(secret []byte) []lane.Part {
	if len(secret) < leastEncoded {
		return nil
	}
	text := bytes.TrimRight(bytes.Join(bytes.Fields(secret), nil), "=")
	for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		raw, err := e.DecodeString(string(text))
		if err != nil {
			continue
		}
		if parts := keyFile(raw); parts != nil {
			return parts
		}
		if parts := pemParts(raw); parts != nil {
			return parts
		}
		_, ok := parse(raw)
		if ok = ok && raw[0] == derSequence; ok || bytes.HasPrefix(raw, sshMagic) {
			return block(text) // a key without the lines around it
		}
	}
	return nil
}

// leastEncoded is the shortest base64 that can hold a key, in bytes.
const leastEncoded = 64

// derSequence is the first byte of a key in DER.
const derSequence = 0x30

// Body returns the private characters of some parts.
func Body(parts []lane.Part) []byte {
	var out []byte
	for _, p := range parts {
		for i, b := range p.Bytes {
			if !p.Octets && (p.Public == nil || !p.Public[i]) {
				out = append(out, b)
			}
		}
	}
	return out
}
