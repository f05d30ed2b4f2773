package guard

import (
	"bytes"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

const (
	// maxBlocks bounds the places at which a long secret is looked for encoded, and
	// maxFragments those at which it is looked for as plain text.
	maxBlocks    = 6
	maxFragments = 256
)

// Set is what to look for: the secrets of one call or one run. It is safe for
// concurrent use. For an API key, compiling one takes some 4 ms and it holds 1.6 MB;
// for the longest text some 15 ms and 4 MB. So keep it for as long as the version of the
// credential is in use, and drop it together with the credential: the Set holds the
// secrets, and is left to the collector since a stream may still be using it.
type Set struct {
	// Behind a pointer, so that printing a Set shows an address.
	a *automaton
	// symbols is the length of each secret's normalised body.
	symbols []int
}

// New compiles the Set of these secrets, of which about five keys or one key file fit
// into one; the error says that there is more. What is too short or too weak to be
// told from ordinary text is left out: ask Guardable first where that matters.
func New(secrets ...secret.Secret) (*Set, error) {
	n := newNFA()
	var symbols []int
	for _, s := range secrets {
		if s.Len() > maxSecret {
			return nil, errTooLarge
		}
		if addSecret(n, s.Expose()); len(n.edges) > maxNodes {
			return nil, errTooLarge
		}
		symbols = append(symbols, len(dissect(s.Expose()).body))
	}
	a, err := compile(n)
	if err != nil {
		return nil, err
	}
	return &Set{a: a, symbols: symbols}, nil
}

func addSecret(n *nfa, raw []byte) {
	a := dissect(raw)
	if len(a.body) < minBody || entropy(a.body) < minBits {
		return
	}
	// A view without white space shows a passphrase without its own.
	if joined := bytes.Join(bytes.Fields(raw), nil); len(joined) < len(raw) && len(a.body) == len(raw) {
		addSecret(n, joined)
	}
	size := fragmentSize(a.body)
	n.encode(head(raw, a, size), encodings())
	for _, block := range blocks(a.body, size) {
		n.encode(block, blockEncodings())
	}
	for _, f := range windows(a.body, size, 1, maxFragments) {
		n.add(plain(f))
	}
}

func (n *nfa) encode(piece []byte, list []Encoding) {
	for _, e := range list {
		for _, p := range e(piece) {
			n.add(p)
		}
	}
}

// head is the beginning of a secret, with its published prefix and a fragment's
// worth of body: an encoded secret is noticed as soon as that has been seen. Of a long
// published part (the claims of a JWT, the header of a key file) only the end counts.
func head(raw []byte, a anatomy, size int) []byte {
	const lead = 48
	return raw[max(0, a.published-lead):min(len(raw), a.published+size)]
}

// blocks are the further parts of a body, each a fragment's worth.
func blocks(body []byte, size int) [][]byte {
	if len(body) <= size {
		return nil
	}
	return windows(body[min(size, len(body)-size):], size, size, maxBlocks)
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

// Size is how much memory the Set takes, in bytes.
func (s *Set) Size() int { return 4*(len(s.a.table)+len(s.a.depth)) + 8*len(s.a.near) }

// BodySymbols is the length of a secret's normalised body: its letters and digits
// without the parts that anybody may know. Positions of a Piece are below it.
func (s *Set) BodySymbols(secret int) int {
	if s == nil || secret < 0 || secret >= len(s.symbols) {
		return 0
	}
	return s.symbols[secret]
}

// Check looks for the secrets in one text by itself, for what is not a stream:
// headers, trailers, messages.
func (s *Set) Check(text []byte) []Piece {
	if s == nil {
		return nil
	}
	sc := newScanner(s)
	sc.held = text
	if sc.scan(text); !sc.hit {
		return nil
	}
	return []Piece{{To: s.BodySymbols(0), Bits: minBits, Plain: true, Stops: true}}
}

// Admit decides over one text by itself, as a Reader does over a stream: nil, or
// ErrReflected. A nil Set admits everything.
func (s *Set) Admit(text []byte, o Options) error { return o.settle(s.Check(text)) }
