package guard

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// forms70 are the forms in which the study writes keys. The last two are not expected to be
// found in every key.
func forms70() []disguise {
	e, p := escapes(), packers()
	quote := func(s string) string { b, _ := json.Marshal(s); return string(b) }
	const base85 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
	list := []disguise{
		{"raw", func(s string) string { return s }},
		{"upper case", strings.ToUpper},
		{"lower case", strings.ToLower},
		{"spaces", between(" ")},
		{"NBSP", between("\u00a0")},
		{"zero width", between("\u200b")},
		{"NUL", between("\x00")},
		{"dashes", between("-")},
		{"commas", between(", ")},
		{"dots", between(".")},
		{"slashes", between("/")},
		{"underscores", between("_")},
		{"soft hyphens", between("\u00ad")},
		{"line breaks of HTML", between("<br>")},
		{"emoji", between("🙂")},
		{"lines of seven", wrapped(7, "\n")},
		{"two lines", func(s string) string { return s[:len(s)/2] + "\r\n    " + s[len(s)/2:] }},
		{"full width", shifted(0xff21, 0xff41, 0xff10)},
		{"mathematical", shifted(0x1d400, 0x1d41a, 0x1d7ce)},
		{"circled", shifted(0x24b6, 0x24d0, 0)},
		{"tag characters", mapped(func(r rune) string { return string(0xe0000 + r) })},
		{"accents", mapped(func(r rune) string { return string(r) + "\u0301" })},
		{"Cyrillic", mapped(func(r rune) string {
			if i := strings.IndexRune("aceopxyABCEHKMOPTX", r); i >= 0 {
				return string([]rune("асеорхуАВСЕНКМОРТХ")[i])
			}
			return string(r)
		})},
		{"\\u", every(1, e["u"])},
		{"\\u, every 10th", every(10, e["u"])},
		{"\\x", every(1, e["x"])},
		{"octal", every(1, e["octal"])},
		{"percent", every(1, e["percent"])},
		{"percent, every 5th", every(5, e["percent"])},
		{"percent twice", every(1, e["percent twice"])},
		{"decimal entities", every(1, e["decimal entity"])},
		{"hex entities", every(1, e["hex entity"])},
		{"quoted-printable", every(1, e["quoted printable"])},
		{"JSON in JSON in JSON", func(s string) string { return quote(quote(quote(every(5, e["u"])(s)))) }},
		{"tags", between("<b></b>")},
		{"colours", between("\x1b[31m")},
		{"base64", b64},
		{"base64url", func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }},
		{"base64, shifted", func(s string) string { return b64("x" + s) }},
		{"base64 twice", func(s string) string { return b64(b64(s)) }},
		{"base64 three times", func(s string) string { return b64(b64(b64(s))) }},
		{"base64 in lines", func(s string) string { return wrapped(20, "\n")(b64(s)) }},
		{"base64 with commas", func(s string) string { return between(",")(b64(s)) }},
		{"base64 in lower case", func(s string) string { return strings.ToLower(b64(s)) }},
		{"base64 of UTF-16", func(s string) string { return b64(utf16Text(binary.LittleEndian)(s)) }},
		{"base64 of hex", func(s string) string { return b64(hex.EncodeToString([]byte(s))) }},
		{"base64 of percent", func(s string) string { return b64(every(1, e["percent"])(s)) }},
		{"base64 reversed", func(s string) string { return reverse(b64(s)) }},
		{"base32", func(s string) string { return base32.StdEncoding.EncodeToString([]byte(s)) }},
		{"hex", numbers("%02x", "")},
		{"hex, upper case", numbers("%02X", "")},
		{"hex with colons", numbers("%02x", ":")},
		{"hex with spaces", numbers("%02X", " ")},
		{"hex with 0x", numbers("0x%02x", ", ")},
		{"hex of base64", func(s string) string { return hex.EncodeToString([]byte(b64(s))) }},
		{"decimal list", numbers("%d", ", ")},
		{"octal list", numbers("%03o", " ")},
		{"bits", numbers("%08b", " ")},
		{"one large number", large(10, "")},
		{"ascii85", adobe85},
		{"base85", in85(base85)},
		{"uuencode", uuencode},
		{"gzip in base64", func(s string) string { return b64(p["gzip"](s)) }},
		{"zlib in base64", func(s string) string { return b64(p["zlib"](s)) }},
		{"zip in base64", func(s string) string { return b64(p["zip"](s)) }},
		{"deflate in hex", func(s string) string { return hex.EncodeToString([]byte(p["deflate"](s))) }},
		{"reversed", reverse},
		{"ROT13", rot13},
		{"every 2nd character", thin(2)},
		{"XOR", func(s string) string {
			b := []byte(s)
			for i := range b {
				b[i] ^= 0x55
			}
			return b64(string(b))
		}},
	}
	return list
}

// TestFormsOfTheStudy: of 70 forms, at least 68 are found in every key and body.
func TestFormsOfTheStudy(t *testing.T) {
	t.Parallel()
	list := forms70()
	if len(list) != 70 {
		t.Fatalf("there are %d forms", len(list))
	}
	shown := map[string][]string{}
	for seed := range uint64(3) {
		for _, k := range attackKeys(seed + 201) {
			set := mustSet(t, k.secret)
			for _, d := range list {
				for _, s := range []string{k.secret, k.body} {
					if !set.stops([]byte("Here it is: "+d.as(s)+" and that is all.")) && !slices.Contains(shown[d.name], k.name) {
						shown[d.name] = append(shown[d.name], k.name)
					}
				}
			}
		}
	}
	t.Logf("of 70 forms %d are found for each key and body; shown: %v", len(list)-len(shown), shown)
	if len(shown) > 2 {
		t.Errorf("%d forms are shown", len(shown))
	}
}
