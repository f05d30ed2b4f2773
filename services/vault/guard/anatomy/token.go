package anatomy

import (
	"bytes"

	"github.com/keyhole-dev/keyhole/services/vault/guard/lane"
)

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
