package guard

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// form is a way to write a secret that must be caught, written with the standard
// library and by hand, never with the code under test.
type form struct {
	name   string
	encode func(s string) string
}

func each(f func(b byte) string) func(string) string {
	return func(s string) string {
		var out strings.Builder
		for _, b := range []byte(s) {
			out.WriteString(f(b))
		}
		return out.String()
	}
}

func around(enc interface{ EncodeToString([]byte) string }, before, after string) func(string) string {
	return func(s string) string { return enc.EncodeToString([]byte(before + s + after)) }
}

func forms() []form {
	std, web := base64.StdEncoding, base64.RawURLEncoding
	list := []form{
		{"raw", func(s string) string { return s }},
		{"upper", strings.ToUpper},
		{"lower", strings.ToLower},
		{"json", func(s string) string { b, _ := json.Marshal(s); return string(b[1 : len(b)-1]) }},
		{"url query", url.QueryEscape},
		{"url path", url.PathEscape},
		{"html", html.EscapeString},
		{"percent lower", each(func(b byte) string { return fmt.Sprintf("%%%02x", b) })},
		{"percent upper", each(func(b byte) string { return fmt.Sprintf("%%%02X", b) })},
		{"percent twice", each(func(b byte) string { return fmt.Sprintf("%%25%02X", b) })},
		{"html decimal", each(func(b byte) string { return fmt.Sprintf("&#%d;", b) })},
		{"html decimal padded", each(func(b byte) string { return fmt.Sprintf("&#%04d;", b) })},
		{"html hex", each(func(b byte) string { return fmt.Sprintf("&#x%X;", b) })},
		{"html hex bare", each(func(b byte) string { return fmt.Sprintf("&#x%x", b) })},
		{"u escape", each(func(b byte) string { return fmt.Sprintf(`\u%04x`, b) })},
		{"u escape in json", each(func(b byte) string { return fmt.Sprintf(`\\u%04X`, b) })},
		{"x escape", each(func(b byte) string { return fmt.Sprintf(`\x%02X`, b) })},
		{"octal escape", each(func(b byte) string { return fmt.Sprintf(`\%03o`, b) })},
		{"mixed", mixed},
		{"hex lower", func(s string) string { return hex.EncodeToString([]byte(s)) }},
		{"hex upper", func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) }},
		{"reversed", func(s string) string { b := []byte(s); slices.Reverse(b); return string(b) }},
		{"spaced out", func(s string) string { return strings.Join(strings.Split(s, ""), " ") }},
		{"two lines", func(s string) string { return s[:len(s)/2] + "\r\n  " + s[len(s)/2:] }},
		{"two lines of json", func(s string) string { return s[:len(s)/2] + `\n` + s[len(s)/2:] }},
		{"base64 wrapped", func(s string) string { e := std.EncodeToString([]byte("x" + s)); return e[:9] + "\r\n" + e[9:] }},
		{"base64 with newline", around(std, "", "\n")},
		{"base64 of a url", around(std, "https://user:", "@host/path")},
	}
	for shift := range 5 {
		before := "abcde"[:shift]
		list = append(list,
			form{fmt.Sprint("base32 ", shift), around(base32.StdEncoding, before, "zz")},
			form{fmt.Sprint("base32 lower ", shift), func(s string) string { return strings.ToLower(around(base32.StdEncoding, before, "")(s)) }})
	}
	for shift := range 3 {
		before := "abc"[:shift]
		list = append(list,
			form{fmt.Sprint("base64 ", shift), around(std, before, "tail")},
			form{fmt.Sprint("base64 no tail ", shift), around(std, before, "")},
			form{fmt.Sprint("base64url ", shift), around(web, before, "tail")})
		for outer := range 3 {
			list = append(list, form{fmt.Sprintf("base64 twice %d %d", shift, outer), func(s string) string {
				return around(web, "xyz"[:outer], "")(around(std, before, "")(s))
			}})
		}
	}
	return list
}

// mixed escapes every character in another way.
func mixed(s string) string {
	i := 0
	return each(func(b byte) string {
		i++
		return []string{string(rune(b)), fmt.Sprintf("%%%02x", b), fmt.Sprintf("&#%d;", b), fmt.Sprintf(`\u%04x`, b)}[i%4]
	})(s)
}

var samples = map[string]string{
	"openai":    openAIKey,
	"anthropic": "sk-ant-api03-pQ7xV2mK9tL4wR8nB3cY6hJ1fD5gS0aZeUiOyTrWqMnBvCxZlKjHgFdS-pOiUyTrEwQ_aSdFgHjKlZxCvBnM12345AA",
	"github":    "ghp_R8mQ2vX7kL4tW9nB3cY6hJ1fD5gS0aZeUiOy",
	"hex":       "9f86d081884c7d659a2feaa0c55ad015",
	"password":  `p&ss"w<rd/+ %7\é-Xq9Lm2`,
}

func TestEveryFormIsCut(t *testing.T) {
	t.Parallel()
	for what, s := range samples {
		set := mustSet(t, s)
		for _, f := range forms() {
			if what == "password" && (f.name == "two lines of json" || f.name == "spaced out" || f.name == "upper" || f.name == "lower") {
				// Its own blank, its backslash and its letter outside ASCII do not
				// survive these, so what comes out is another secret.
				continue
			}
			if what == "password" && isBytewise(f.name) {
				continue // é is two bytes: each alone is Latin-1 text, not this password
			}
			if got := f.encode(s); !set.stops([]byte("before " + got + " after")) {
				t.Errorf("%s as %s passes: %s", what, f.name, got)
			}
		}
	}
}

func isBytewise(name string) bool {
	return slices.Contains([]string{"html decimal", "html decimal padded", "html hex", "html hex bare", "u escape", "u escape in json", "x escape", "octal escape", "mixed", "reversed"}, name)
}

// What comes out is the clean text before the secret, or less: not a byte more,
// at any chunking.
func TestNoByteOfTheSecretAtAnyChunking(t *testing.T) {
	t.Parallel()
	const before, after = "data: {\"text\":\"sk-proj- is how keys begin\"}\n\n", "\n\nmore"
	for what, s := range samples {
		if what == "password" || what == "anthropic" {
			continue // covered by shape; these take long
		}
		set := mustSet(t, s)
		for _, f := range forms() {
			whole := before + f.encode(s) + after
			if f.name == "raw" || strings.HasPrefix(f.name, "base64") {
				for size := 1; size <= len(whole); size++ {
					checkCut(t, set, what+" "+f.name, whole, size, len(before)+foreign(f.name))
				}
			}
			checkCut(t, set, what+" "+f.name, whole, 1, len(before)+foreign(f.name))
		}
	}
}

// foreign is how many characters of the encoding may come out, because they are
// written for what stands before the secret alone.
func foreign(name string) int {
	n := 0
	switch {
	case name == "base64 wrapped":
		n = 1
	case name == "base64 of a url":
		n = 13 * 8 / 6
	case strings.HasPrefix(name, "base64 twice"):
		// Four and three characters: the lead of the inner text is not taken along.
		n = 7
	case strings.HasPrefix(name, "base64"):
		n = int(name[len(name)-1]-'0') * 8 / 6
		if name == "base64 with newline" {
			n = 0
		}
	case strings.HasPrefix(name, "base32"):
		n = int(name[len(name)-1]-'0') * 8 / 5
	}
	return n
}

func checkCut(t *testing.T, set *Set, name, whole string, size, most int) {
	t.Helper()
	hits := 0
	out, err := io.ReadAll(set.Reader(&chunks{strings.NewReader(whole), size}, Options{OnHit: func() { hits++ }}))
	if !errors.Is(err, ErrReflected) || hits != 1 {
		t.Fatalf("%s in chunks of %d: not cut (%v, %d hits)", name, size, err, hits)
	}
	if len(out) > most || !strings.HasPrefix(whole, string(out)) {
		t.Fatalf("%s in chunks of %d: %q came out", name, size, out)
	}
}

// chunks reads a few bytes at a time.
type chunks struct {
	r    io.Reader
	size int
}

func (c *chunks) Read(p []byte) (int, error) { return c.r.Read(p[:min(len(p), c.size)]) }

func TestCleanTextPassesUnchanged(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("Keys of OpenAI begin with sk-proj- or sk-, of GitHub with ghp_ (eyJhbGciOiJIUzI1NiJ9 is a JWT's header). "+
		"-----BEGIN PRIVATE KEY----- c2stcHJvai0= %73k-proj- s k - p r o j - Zk3vQ9xT7bLm2 \\u0073k &#115;k\n", 300)
	for what, s := range samples {
		set := mustSet(t, s)
		for _, size := range []int{1, 7, 4096, 1 << 20} {
			out, err := io.ReadAll(set.Reader(&chunks{strings.NewReader(text), size}, Options{}))
			if err != nil || string(out) != text {
				t.Fatalf("%s: clean text in chunks of %d: %v, %d bytes of %d", what, size, err, len(out), len(text))
			}
		}
	}
}

// An event of a stream is let go as soon as it has come, not with the next one.
func TestCleanTextIsNotHeldBack(t *testing.T) {
	t.Parallel()
	sc := newScanner(mustSet(t, openAIKey))
	for _, event := range []string{"data: {\"delta\":\"red\"}\n\n", "data: ends like a key: sk\n\n", "data: xs\r\n\r\n", "data: [DONE]\n\n"} {
		if got := string(sc.push([]byte(event))); got != event {
			t.Errorf("of %q only %q is let go", event, got)
		}
	}
}

func TestFragments(t *testing.T) {
	t.Parallel()
	set := mustSet(t, openAIKey)
	body := strings.TrimPrefix(openAIKey, "sk-proj-")
	for at := 0; at+16 <= len(body); at++ {
		if !set.stops([]byte("x" + body[at:at+16] + "y")) {
			t.Errorf("16 characters from %d pass", at)
		}
		// The published prefix does not count: or a key could be tried one character
		// at a time.
		if at == 0 && set.stops([]byte("sk-proj-"+body[:15]+"!")) {
			t.Error("prefix and 15 characters are cut")
		}
		if at > 0 && set.stops([]byte(body[at:at+15])) {
			t.Errorf("15 characters from %d are cut", at)
		}
	}
}

func TestSplitWithWhiteSpaceBeyondTheBufferKeepsMemoryFlat(t *testing.T) {
	t.Parallel()
	sc := newScanner(mustSet(t, openAIKey))
	sc.push([]byte(openAIKey[:20]))
	for range 100 {
		sc.push(bytes.Repeat([]byte(" "), 32<<10))
		if len(sc.held) > maxHeld+32<<10 {
			t.Fatalf("%d bytes are held", len(sc.held))
		}
	}
}

func TestBrokenSourceShowsNothingHeld(t *testing.T) {
	t.Parallel()
	src := io.MultiReader(strings.NewReader("clean "+openAIKey[:20]), iotest.ErrReader(io.ErrUnexpectedEOF))
	out, err := io.ReadAll(mustSet(t, openAIKey).Reader(src, Options{}))
	if !errors.Is(err, io.ErrUnexpectedEOF) || !strings.HasPrefix("clean ", string(out)) {
		t.Errorf("got %q, %v", out, err)
	}
}

func TestPEMAndKeyFile(t *testing.T) {
	t.Parallel()
	lines := []string{
		"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj",
		"MzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDuictGeurT8jNbvJZHtCSuYEvu",
		"NMoSfm76oqFvAp8Gy0iz5sxjZmSnXyCdPEovGhLa0VzMaQ8s+CLOyS56YyCFGeJZ",
	}
	pem := "-----BEGIN PRIVATE KEY-----\n" + strings.Join(lines, "\n") + "\n-----END PRIVATE KEY-----\n"
	file, _ := json.Marshal(map[string]string{"type": "service_account", "private_key": pem})
	for name, s := range map[string]string{"pem": pem, "json": string(file)} {
		set := mustSet(t, s)
		if err := Guardable(secret.FromString(s)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, bad := range []string{pem, string(file), lines[1], lines[2], strings.Join(lines, ""), base64.StdEncoding.EncodeToString([]byte(s))} {
			if !set.stops([]byte(bad)) {
				t.Errorf("%s: passes: %.40s", name, bad)
			}
		}
		for _, good := range []string{"-----BEGIN PRIVATE KEY-----\n", lines[0], `{"type":"service_account"}`} {
			if set.stops([]byte(good)) {
				t.Errorf("%s: is cut: %s", name, good)
			}
		}
	}
}

func TestGuardable(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		openAIKey: true, samples["hex"]: true, "sk-visitors-own": false, "hunter2": false, "password12345678": false,
		"aaaaaaaaaaaaaaaaaaaaaaaa": false, "abababababababababab": false, strings.Repeat("x1", 50): false, "sk-proj-": false, "": false,
		"qmtzkdwhvbxyrnpl": true, "Tr0ub4dor&3xK9": true, strings.Repeat("x1", 20<<10): false,
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U": true,
		"eyJhbGciOiJub25lIn0.eyJzdWIiOiIxMjM0NTY3ODkwIn0.":                                             false,
	} {
		if err := Guardable(secret.FromString(s)); (err == nil) != want {
			t.Errorf("%.30q guardable: %v, want %v", s, err, want)
		}
	}
}

func TestPrintingASetShowsNoTable(t *testing.T) {
	t.Parallel()
	set := mustSet(t, openAIKey)
	for _, verb := range []string{"%v", "%+v", "%#v"} {
		if out := fmt.Sprintf(verb, set); len(out) > 90 {
			t.Errorf("%s shows %.100s", verb, out)
		}
	}
}

func TestBinarySecretsWithEveryByte(t *testing.T) {
	t.Parallel()
	raw := make([]byte, 256)
	for i := range raw {
		raw[i] = byte(i * 167)
	}
	set, err := New(secret.New(bytes.Clone(raw)))
	if err != nil {
		t.Fatal(err)
	}
	if !set.stops(raw) || !set.stops([]byte(hex.EncodeToString(raw))) || set.stops([]byte("plain")) {
		t.Error("a secret of all bytes is not told apart")
	}
}

// A weak secret is not looked for: it would cut whatever has the word in it.
func TestWeakSecretsCutNothing(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "sk-", "password", "hunter2", "aaaaaaaaaaaaaaaaaaaa", "12345678901234567890", "sk-proj-abc"} {
		if mustSet(t, s).stops([]byte("the value is " + s + " or so")) {
			t.Errorf("%q is cut", s)
		}
	}
	var none *Set
	if none.stops([]byte("x")) {
		t.Error("a nil Set does not let everything pass")
	}
}
