package anatomy

import (
	"bytes"
	"encoding/base64"

	"github.com/keyhole-dev/keyhole/services/vault/guard/lane"
)

var (
	begin  = []byte("-----BEGIN ")
	end    = []byte("-----END ")
	dashes = []byte("-----")
)

// pemParts finds private keys in PEM, also with line ends written as \n. The parts of a key are
// its text and its private octets, which may be written in other ways. It returns nil if there is
// no key.
func pemParts(secret []byte) []lane.Part {
	var parts []lane.Part
	for {
		i := bytes.Index(secret, begin)
		if i < 0 {
			return parts
		}
		secret = secret[i+len(begin):]
		i = bytes.Index(secret, dashes)
		if i < 0 {
			return parts
		}
		label := secret[:i]
		secret = secret[i+len(dashes):]
		body := secret
		if i = bytes.Index(secret, end); i >= 0 {
			body, secret = secret[:i], secret[i:]
		}
		if !bytes.Contains(label, []byte("CERTIFICATE")) && !bytes.Contains(label, []byte("PUBLIC")) {
			parts = append(parts, block(body)...)
		}
	}
}

// block returns the parts of one key.
func block(body []byte) []lane.Part {
	text := joined(body)
	if len(text) == 0 {
		return nil
	}
	p := lane.Part{Bytes: text}
	raw, err := base64.RawStdEncoding.DecodeString(string(bytes.TrimRight(text, "=")))
	if err != nil {
		return []lane.Part{p}
	}
	leaves, ok := openSSH(raw)
	if !ok {
		leaves, ok = parse(raw)
	}
	if !ok {
		return []lane.Part{p, {Bytes: raw, Octets: true}} // of another form, or encrypted
	}
	p.Public = slicesOf(len(text), leaves)
	return append([]lane.Part{trim(p)}, octets(leaves)...)
}

// joined returns the base64 of a block without line ends and header lines.
func joined(body []byte) []byte {
	body = bytes.ReplaceAll(body, []byte(`\n`), []byte("\n"))
	body = bytes.ReplaceAll(body, []byte(`\r`), nil)
	var out []byte
	for line := range bytes.FieldsFuncSeq(body, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if bytes.IndexByte(line, ':') < 0 {
			out = append(out, bytes.Join(bytes.Fields(line), nil)...) // some paste it as one line with blanks
		}
	}
	return out
}

// slicesOf marks the characters of a base64 text that show nothing of the leaves as public: tags,
// lengths and names of algorithms are common to a kind of key.
func slicesOf(length int, leaves []leaf) []bool {
	public := make([]bool, length)
	hide(public, 0, length)
	for _, l := range leaves {
		for i := l.at * 4 / 3; i < min(length, ((l.at+len(l.content))*4+2)/3); i++ {
			public[i] = false
		}
	}
	return public
}

// octets returns the private octets. The modulus of an RSA key and the point of an elliptic curve
// are in the public key, so they are left out.
func octets(leaves []leaf) []lane.Part {
	integers := 0
	for _, l := range leaves {
		if l.tag == tagInteger {
			integers++
		}
	}
	var parts []lane.Part
	for _, l := range leaves {
		modulus := l.tag == tagInteger && integers > 1
		if modulus {
			integers = 0
		}
		if !modulus && l.tag != tagBits {
			parts = append(parts, lane.Part{Bytes: bytes.TrimLeft(l.content, "\x00"), Octets: true})
		}
	}
	return parts
}
