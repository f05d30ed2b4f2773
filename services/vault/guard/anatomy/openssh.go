package anatomy

import (
	"bytes"
	"encoding/asn1"
	"encoding/binary"
	"strings"
)

var sshMagic = []byte("openssh-key-v1\x00")

// fields reads OpenSSH's fields: a length in four bytes, then the bytes.
type fields struct {
	b  []byte
	at int
}

func (f *fields) next() (leaf, bool) {
	const head = 4
	if len(f.b) < head {
		return leaf{}, false
	}
	n := binary.BigEndian.Uint32(f.b)
	if uint64(n) > uint64(len(f.b)-head) {
		return leaf{}, false
	}
	l := leaf{asn1.TagOctetString, f.at + head, f.b[head : head+int(n)]}
	f.b, f.at = f.b[head+int(n):], f.at+head+int(n)
	return l, true
}

// skip skips some bytes.
func (f *fields) skip(n int) bool {
	if len(f.b) < n {
		return false
	}
	f.b, f.at = f.b[n:], f.at+n
	return true
}

// openSSH lists the private parts of an OpenSSH key: all but the names that are common to a kind
// of key, and the public key.
func openSSH(raw []byte) ([]leaf, bool) {
	if !bytes.HasPrefix(raw, sshMagic) {
		return nil, false
	}
	const number, checks = 4, 8
	f := fields{raw[len(sshMagic):], len(sshMagic)}
	cipher, _ := f.next()
	_, _ = f.next() // how the pass phrase is used, and with what
	_, _ = f.next()
	_ = f.skip(number) // of keys
	_, _ = f.next()    // the public one
	private, ok := f.next()
	if !ok || string(cipher.content) != "none" {
		return []leaf{private}, ok // encrypted
	}
	f = fields{private.content, private.at}
	_ = f.skip(checks)
	kind, ok := f.next()
	switch name := string(kind.content); {
	case !ok:
		return nil, false
	case name == "ssh-ed25519":
		const seed = 32
		_, _ = f.next()
		key, ok := f.next()
		key.content = key.content[:min(seed, len(key.content))] // then the public key again
		return []leaf{key}, ok
	case name == "ssh-rsa" || strings.HasPrefix(name, "ecdsa-"):
		_, _ = f.next() // modulus and exponent, or curve and point
		_, _ = f.next()
		return f.rest(name == "ssh-rsa")
	}
	return []leaf{{asn1.TagOctetString, f.at, f.b}}, true
}

// rest returns the private numbers: four for RSA, one for others.
func (f *fields) rest(four bool) ([]leaf, bool) {
	n := 1
	if four {
		n = 4
	}
	var out []leaf
	for range n {
		l, ok := f.next()
		if !ok {
			return out, false
		}
		out = append(out, l)
	}
	return out, true
}
