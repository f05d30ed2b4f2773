package leak

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// decoded returns the text that a word of base64, base32 or hex encodes, and a mark if it
// encodes a private key in DER or a picture.
func decoded(word string) (out []string) {
	for _, raw := range bytesOf(word) {
		if text, ok := readable(inflated(raw)); ok {
			out = append(out, text)
		}
	}
	return out
}

func bytesOf(word string) (out [][]byte) {
	if raw, err := hex.DecodeString(word); err == nil {
		return [][]byte{raw}
	}
	if upper := strings.ToUpper(word); len(word) <= maxBase32 && strings.Trim(upper, base32Alphabet) == "" && (upper == word || strings.ToLower(word) == word) {
		if raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(upper); err == nil {
			out = append(out, raw)
		}
	}
	encoding := base64.RawStdEncoding
	if strings.ContainsAny(word, "-_") {
		encoding = base64.RawURLEncoding
	}
	raw, _ := encoding.DecodeString(word[:len(word)/4*4]) // up to the first character that is not base64
	if tail := len(word) % 4; tail >= 2 {
		if more, err := encoding.DecodeString(word[len(word)-tail:]); err == nil {
			raw = append(raw, more...)
		}
	}
	return append(out, raw)
}

const (
	base32Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	// maxBase32 and maxInflated bound the work, in bytes.
	maxBase32   = 64 << 10
	maxInflated = 64 << 10
)

// inflated unpacks gzip and zlib, up to a bound.
func inflated(raw []byte) []byte {
	var r io.Reader
	var err error
	switch {
	case len(raw) > 18 && raw[0] == 0x1f && raw[1] == 0x8b:
		r, err = gzip.NewReader(bytes.NewReader(raw))
	case len(raw) > 8 && raw[0] == 0x78 && (int(raw[0])<<8|int(raw[1]))%31 == 0:
		r, err = zlib.NewReader(bytes.NewReader(raw))
	default:
		return raw
	}
	if err != nil {
		return raw
	}
	out, _ := io.ReadAll(io.LimitReader(r, maxInflated)) // the data before the damage counts
	return out
}

func readable(raw []byte) (string, bool) {
	if isPrivateKey(raw) {
		return "-----BEGIN PRIVATE KEY-----", true
	}
	if isPictureFile(raw) {
		return pictureMark, true
	}
	text := narrowed(raw)
	if len(text) < minDecoded || !utf8.ValidString(text) {
		return "", false
	}
	for _, r := range text {
		if unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' {
			return "", false
		}
	}
	return text, true
}

// narrowed decodes UTF-16 of ASCII, in either byte order.
func narrowed(raw []byte) string {
	if len(raw) < 2*minDecoded || bytes.Count(raw, []byte{0}) < len(raw)/2-2 {
		return string(raw)
	}
	for _, mark := range [][]byte{{0xff, 0xfe}, {0xfe, 0xff}} {
		raw = bytes.TrimPrefix(raw, mark)
	}
	return string(bytes.ReplaceAll(raw, []byte{0}, nil))
}

// isPrivateKey recognises PKCS #8, PKCS #1, SEC 1 and PKCS #12 in DER: a sequence that
// starts with version 0, 1 or 3. Certificates and public keys start differently.
func isPrivateKey(raw []byte) bool {
	if len(raw) < 40 || raw[0] != 0x30 {
		return false
	}
	at := 2
	if raw[1] >= 0x80 {
		at += int(raw[1] & 0x0f)
	}
	return raw[1] <= 0x84 && at+3 < len(raw) && raw[at] == 2 && raw[at+1] == 1 && (raw[at+2] == 0 || raw[at+2] == 1 || raw[at+2] == 3)
}

// minDecoded is the least length of decoded text that is checked, in bytes.
const minDecoded = minEncoded / 2

// minEncoded is the least length of a word that is decoded: 18 bytes in base64.
const minEncoded = 24
