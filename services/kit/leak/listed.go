package leak

import (
	"strconv"
	"strings"
)

const (
	// minListed is the number of single characters in a row that are read as one text,
	// minGroups the number of groups.
	minListed = 12
	minGroups = 6
	// maxPiece is the longest group, in bytes.
	maxPiece = 8
)

// unlisted returns texts that are written in pieces: characters with separators, groups of
// equal length, or character codes.
func unlisted(text string) (out []string) {
	letters := run{least: minListed, is: func(_, p string) bool { return len(p) == 1 }}
	numbers := run{least: minListed, is: func(_, p string) bool { return isCode(p) }}
	groups := run{least: minGroups, tail: true, is: func(last, p string) bool {
		return len(p) > 1 && len(p) <= maxPiece && (last == "" || len(p) == len(last))
	}}
	for piece := range strings.FieldsFuncSeq(text, between) {
		out = append(out, letters.joined(piece)...)
		out = append(out, numbers.read(piece)...)
		out = append(out, groups.joined(piece)...)
	}
	out = append(out, letters.joined("")...)
	out = append(out, numbers.read("")...)
	return append(out, groups.joined("")...)
}

// run collects pieces of one form.
type run struct {
	least int
	// tail: the last piece may be shorter.
	tail   bool
	is     func(last, piece string) bool
	pieces []string
}

// add adds a piece. When the form ends it returns the pieces so far. A shorter piece after
// groups is their last.
func (r *run) add(piece string) (ended []string) {
	last := ""
	if len(r.pieces) > 0 {
		last = r.pieces[len(r.pieces)-1]
	}
	if piece != "" && r.is(last, piece) {
		r.pieces = append(r.pieces, piece)
		return nil
	}
	ended = r.pieces
	r.pieces = nil
	if r.tail && piece != "" && len(piece) < len(last) {
		ended = append(ended, piece)
	}
	if piece != "" && r.is("", piece) {
		r.pieces = append(r.pieces, piece)
	}
	if len(ended) < r.least {
		return nil
	}
	return ended
}

func (r *run) joined(piece string) []string {
	ended := r.add(piece)
	if joined := strings.Join(ended, ""); strings.ContainsAny(joined, "0123456789") {
		return []string{joined}
	}
	return nil
}

func (r *run) read(piece string) (out []string) {
	ended := r.add(piece)
	if len(ended) == 0 {
		return nil
	}
	for _, base := range []int{10, 16, 8, 2} {
		if text, ok := numbered(ended, base); ok {
			out = append(out, text)
		}
	}
	return out
}

// isCode reports a character code in any base.
func isCode(p string) bool {
	p = strings.TrimPrefix(strings.TrimPrefix(p, "0x"), "0o")
	return len(p) >= 2 && len(p) <= 8 && isHex(p)
}

// between reports signs that separate pieces. It excludes "-" and "_", because keys contain
// them.
func between(r rune) bool {
	return r <= ' ' || strings.ContainsRune(",;|'\"`[](){}<>*·•“”„«»\u00a0", r)
}

func numbered(pieces []string, base int) (string, bool) {
	var out strings.Builder
	for _, p := range pieces {
		p = strings.TrimPrefix(strings.TrimPrefix(p, "0x"), "0o")
		n, err := strconv.ParseUint(p, base, 8)
		if err != nil || n < ' ' && n != '\n' || n > '~' {
			return "", false
		}
		out.WriteByte(byte(n))
	}
	return out.String(), true
}

// dashed removes a sign that follows every character: "s-k-_-p-r-o-j".
func dashed(word string) (string, bool) {
	if len(word) < 2*minListed {
		return "", false
	}
	sign := word[1]
	if isAlphanumeric(sign) {
		return "", false
	}
	var out strings.Builder
	for i := range len(word) {
		if i%2 == 1 && word[i] != sign {
			return "", false
		}
		if i%2 == 0 {
			out.WriteByte(word[i])
		}
	}
	return out.String(), true
}
