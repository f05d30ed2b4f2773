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

// token is a secret of one word. It marks the public characters.
func token(secret []byte) lane.Part {
	if n := claims(secret); n > 0 {
		return lane.Part{Bytes: secret[n:]}
	}
	p := lane.Part{Bytes: secret, Public: make([]bool, len(secret))}
	for _, v := range vendors {
		if v.form.Match(secret) {
			for _, m := range v.form.FindAllSubmatchIndex(secret, -1) {
				for i := 2; i < len(m); i += 2 {
					hide(p.Public, m[i], m[i+1])
				}
			}
			break
		}
	}
	return trim(p)
}

func hide(public []bool, from, to int) {
	for i := max(0, from); i < to; i++ {
		public[i] = true
	}
}

// claims is the length of the header and the claims of a JWT. Both can be read or guessed.
func claims(secret []byte) int {
	if bytes.HasPrefix(secret, []byte("eyJ")) && bytes.Count(secret, []byte(".")) == 2 {
		return bytes.LastIndexByte(secret, '.') + 1
	}
	return 0
}

// trim removes the public characters at both ends.
func trim(p lane.Part) lane.Part {
	for len(p.Bytes) > 0 && p.Public[0] {
		p.Bytes, p.Public = p.Bytes[1:], p.Public[1:]
	}
	for n := len(p.Bytes) - 1; n >= 0 && p.Public[n]; n-- {
		p.Bytes, p.Public = p.Bytes[:n], p.Public[:n]
	}
	return p
}

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
