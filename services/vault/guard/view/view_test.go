package view

import (
	"strings"
	"testing"
)

// read returns the symbols of a text in readable form.
func read(symbols []byte) string {
	var b strings.Builder
	for _, s := range symbols {
		b.WriteByte("0123456789abcdefghijklmnopqrstuvwxyz"[s])
	}
	return b.String()
}

func TestNormalise(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Ab-C 9!": "abc9", "ａＢ３": "ab3", "𝐚𝕭𝟗": "ab9", "ⓐⒷ①": "ab1", "🄰🅱🇨": "abc", "éÑ": "en", "ﬃ": "ffi", "Ⅷ": "viii", "а-с-е": "ace", "\U000e0041\U000e0062": "ab",
		"漢字 and 한글": "and", "\xff\xfea\x00": "a", "e\u0301\u200b\u00adf": "ef", "½": "12",
	} {
		var n Normaliser
		if got := read(n.Append(nil, []byte(text))); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestUnescape(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`\u0073k`: "sk", `\\\\u0073k`: "sk", `\x73\x6B`: "sk", `\163\153`: "sk", `%73%6b`: "sk", `%2573`: "s", `%u0073`: "s", `=73=6B`: "sk", `a=b`: "a=b",
		`&#115;&#x6b;`: "sk", `&#115&#107.`: "sk.", `&#x73&#x6b`: "sk", `&amp;#115;`: "s", `&ampx`: "&x", `&nbsp;a`: "\u00a0a", `&quot;`: `"`, `&Rho;`: "\u03a1",
		`a<b>c</b>d`: "acd", "a\x1b[31mb\x1b[0mc": "abc", `a\x1b[0mb`: "ab", `\u{73}`: "s", `\U00000073`: "s", `\ud835\udc00`: "\U0001d400", `\u0025\u0037\u0033`: "s",
		`\/`: "/", `a\nb`: "a b", `100% of`: "100% of", `x < y & z`: "x < y & z", `C:\Users`: `C:\Users`, `&#0115;`: "s", `&#x0000000000000073;`: "s", `\u00e9`: "é",
	} {
		var u Unescaper
		out, _ := u.Append(nil, []byte(text))
		if out, _ = u.Flush(out); string(out) != want {
			t.Errorf("%q became %q, want %q", text, out, want)
		}
	}
}

// FuzzViews checks that the views of a text do not depend on its chunks, and that unescaped text
// has no escapes except those that unescaping creates.
func FuzzViews(f *testing.F) {
	f.Add(`a\u0073%73&#115;=73<b>`+"\x1b[0m"+`é𝐚`, uint(1))
	f.Add(`&amp;#115;\\\\x73%2573`, uint(3))
	f.Add("\xf0\x9d\x90\x9a\xe2\x80\x8b\xff\xc3", uint(2))
	f.Fuzz(func(t *testing.T, text string, size uint) {
		var whole, cut Normaliser
		var u, v Unescaper
		want := whole.Append(nil, []byte(text))
		wantOut, _ := u.Append(nil, []byte(text))
		wantOut, _ = u.Flush(wantOut)
		var got, out []byte
		for rest, n := text, int(size%9)+1; len(rest) > 0; {
			part := rest[:min(n, len(rest))]
			rest = rest[len(part):]
			got = cut.Append(got, []byte(part))
			out, _ = v.Append(out, []byte(part))
		}
		out, _ = v.Flush(out)
		if read(got) != read(want) || string(out) != string(wantOut) {
			t.Fatalf("%q by %d: %q and %q, whole %q and %q", text, size%9+1, read(got), out, read(want), wantOut)
		}
		if len(out) > 2*len(text) {
			t.Fatalf("%q grew to %q", text, out)
		}
	})
}
