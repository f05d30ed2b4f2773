package unpack

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// leastContent is the shortest content that is searched, in bytes.
const leastContent = 8

// mark has the first bytes of all marks.
var mark = func() (t [256]bool) {
	for _, b := range []byte("\x1fB\x28P\x89\xffGIMR%") {
		t[b] = true
	}
	for b := 0x08; b < 0x80; b += 0x10 { // zlib
		t[b] = true
	}
	return t
}()

var pngMark = []byte("\x89PNG\r\n\x1a\n")

func pictureMark(b []byte) bool {
	for _, m := range []string{"\xff\xd8\xff", "GIF87a", "GIF89a", "II*\x00", "MM\x00*"} {
		if bytes.HasPrefix(b, []byte(m)) {
			return true
		}
	}
	return len(b) > 12 && bytes.HasPrefix(b, []byte("RIFF")) && string(b[8:12]) == "WEBP"
}

// picture reports a picture in base64.
func picture(w []byte) bool {
	const firstSigns = "i/RSTU" // of all marks of pictures
	var head [12]byte
	if len(w) < 16 || strings.IndexByte(firstSigns, w[0]) < 0 {
		return false
	}
	n, err := base64.RawStdEncoding.Decode(head[:], w[:16])
	return err == nil && n == len(head) && (bytes.HasPrefix(head[:], pngMark) || pictureMark(head[:]))
}

// peek is the part of a content that shows whether it is text, in bytes.
const peek = 64

// readable reports that the beginning of b is text in UTF-8 or UTF-16. It stops at the first few
// other characters.
func readable(b []byte) bool {
	n, bad, over := characters(b[:min(len(b), peek)])
	return !over && n >= leastContent && bad*10 <= n
}

// hopeless reports that no content which begins with b is text or has a mark. Most words that are
// decoded for nothing show it in a few bytes.
func hopeless(b []byte) bool {
	if len(b) == 0 || mark[b[0]] {
		return false
	}
	_, _, over := characters(b)
	return over
}

// characters counts the characters of b and those that text lacks. over means that it stopped at
// too many of these.
func characters(b []byte) (n, bad int, over bool) {
	for i := 0; i < len(b); {
		c := b[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRune(b[i:])
			if r == utf8.RuneError && i < len(b)-utf8.UTFMax {
				bad++
			}
			i, n = i+size, n+1
		} else {
			if c != 0 { // of UTF-16
				n++
			}
			if c < ' ' && c != 0 && c != '\n' && c != '\r' && c != '\t' && c != 0x1b {
				bad++
			}
			i++
		}
		if bad > 1+n/10 {
			return n, bad, true
		}
	}
	return n, bad, false
}
