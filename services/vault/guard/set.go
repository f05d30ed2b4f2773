package guard

import (
	"bytes"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

const (
	// maxPieces bounds the places at which a long secret is looked for in every
	// encoding, and maxFragments those at which it is looked for as plain text.
	maxPieces    = 6
	maxFragments = 256
)

// Set is what to look for: the secrets of one call or one run. It is safe for
// concurrent use. Compiling one takes some milliseconds and some hundred kilobytes
// to a few megabytes, so keep it for as long as the version of the credential
// is in use, and drop it together with the credential: the Set holds the secrets.
type Set struct {
	// Behind a pointer, so that printing a Set shows an address.
	a *automaton
}

// New compiles the Set of these secrets. What is too short to be told from
// ordinary text is left out: ask Guardable first where that matters. The error says
// that the secrets are too long to be guarded.
func New(secrets ...secret.Secret) (*Set, error) {
	n := newNFA()
	for _, s := range secrets {
		if s.Len() > maxSecret {
			return nil, errTooLarge
		}
		addSecret(n, s.Expose())
	}
	a, err := compile(n)
	if err != nil {
		return nil, err
	}
	return &Set{a: a}, nil
}

func addSecret(n *nfa, raw []byte) {
	a := dissect(raw)
	if len(a.body) < minBody {
		return
	}
	// A view without white space shows a passphrase without its own.
	if joined := bytes.Join(bytes.Fields(raw), nil); len(joined) < len(raw) && len(a.body) == len(raw) {
		addSecret(n, joined)
	}
	size := fragmentSize(a.body)
	for _, piece := range pieces(raw, a, size) {
		for _, encode := range encodings() {
			for _, p := range encode(piece) {
				n.add(p)
			}
		}
	}
	for _, f := range windows(a.body, size, 1, maxFragments) {
		n.add(plain(f))
	}
}

// pieces are the parts of a secret that are looked for in every encoding: its
// beginning, with the published prefix, and then the body in blocks. Each is long
// enough to be no accident and no shorter than a fragment; so an encoded secret is
// noticed as soon as its first fragment's worth has been seen.
func pieces(raw []byte, a anatomy, size int) [][]byte {
	// Of a long published part (the claims of a JWT, the header of a key file) only
	// the end is taken along.
	const lead = 48
	head := raw[max(0, a.published-lead):min(len(raw), a.published+size)]
	out := [][]byte{head}
	if len(a.body) > size {
		out = append(out, windows(a.body[min(size, len(a.body)-size):], size, size, maxPieces-1)...)
	}
	return out
}

// windows cuts body into windows of a size, a step apart, or more than that when
// there would be more than most. The last one ends where body ends: reversed, it
// comes first.
func windows(body []byte, size, step, most int) [][]byte {
	if len(body) < size {
		return nil
	}
	last := len(body) - size
	step = max(step, (last+most-1)/most)
	var out [][]byte
	for at := 0; at < last; at += step {
		out = append(out, body[at:at+size])
	}
	return append(out, body[last:])
}

// Check reports whether b, taken by itself, holds a secret in any encoding. For
// what is not a stream: headers, trailers, status text, messages.
func (s *Set) Check(b []byte) bool {
	if s == nil {
		return false
	}
	sc := newScanner(s)
	sc.held = b
	sc.scan(b)
	return sc.hit
}
