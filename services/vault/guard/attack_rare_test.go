package guard

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// spread writes each part of a text separately.
func spread(n int, each func(i int, part string)) func(string) {
	return func(s string) {
		for i := 0; len(s) > 0; i++ {
			part := s[:min(n, len(s))]
			s = s[len(part):]
			each(i, part)
		}
	}
}

func zipOf(n int) func(string) string {
	return func(s string) string {
		var out bytes.Buffer
		z := zip.NewWriter(&out)
		spread(n, func(i int, part string) {
			w, _ := z.Create(fmt.Sprintf("%02d", i))
			_, _ = io.WriteString(w, part)
		})(s)
		_ = z.Close()
		return out.String()
	}
}

func tarOf(n int) func(string) string {
	return func(s string) string {
		var out bytes.Buffer
		w := tar.NewWriter(&out)
		spread(n, func(i int, part string) {
			_ = w.WriteHeader(&tar.Header{Name: fmt.Sprintf("%02d", i), Size: int64(len(part)), Mode: 0o600})
			_, _ = io.WriteString(w, part)
		})(s)
		_ = w.Close()
		return out.String()
	}
}

func base45(s string) string {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
	var out strings.Builder
	for ; len(s) > 1; s = s[2:] {
		v := int(s[0])<<8 | int(s[1])
		out.WriteString(string([]byte{alphabet[v%45], alphabet[v/45%45], alphabet[v/45/45]}))
	}
	return out.String()
}

func rot47(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '!' && r <= '~' {
			return '!' + (r-'!'+47)%94
		}
		return r
	}, s)
}

func atbash(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return 'a' + 'z' - r
		case r >= 'A' && r <= 'Z':
			return 'A' + 'Z' - r
		}
		return r
	}, s)
}

// TestAttackGuardRareForms: archives behind other bytes and in several files, and rare codings.
func TestAttackGuardRareForms(t *testing.T) {
	t.Parallel()
	p := packers()
	list := []disguise{
		{"base45", base45},
		{"base45, shifted", func(s string) string { return base45("x" + s) }},
		{"Atbash", atbash},
		{"RTF", numbers(`\'%02x`, "")},
		{"TeX", numbers("^^%02x", "")},
		{"PHP", func(s string) string { return "chr(" + numbers("%d", ").chr(")(s) + ")" }},
		{"zip of six a file", func(s string) string { return b64(zipOf(6)(s)) }},
		{"zip of one a file", func(s string) string { return b64(zipOf(1)(s)) }},
		{"tar in gzip", func(s string) string { return b64(p["gzip"](tarOf(6)(s))) }},
	}
	for _, name := range []string{"gzip", "zip", "zstd"} {
		list = append(list,
			disguise{name + " behind bytes", func(s string) string { return b64("\x00\x01\x02\x03 some words " + p[name](s)) }},
			disguise{name + " behind a picture", func(s string) string { return b64("\xff\xd8\xff\xe0" + strings.Repeat("\x90\x01", 200) + p[name](s)) }},
			disguise{name + " behind bytes, in hex", func(s string) string { return hex.EncodeToString([]byte("HDR1\x00" + p[name](s))) }},
		)
	}
	tryAll(t, "rare codings and archives", list, nil)
	tryAll(t, "ROT47", []disguise{{"ROT47", rot47}}, func(_, body string) bool { return letterDigits(body) > 30 })
}

// fields cuts a text into fields of an object, with numbers and flags between.
func fields(n int, name func(i int) string) func(string) string {
	return func(s string) string {
		var parts []string
		spread(n, func(i int, part string) {
			parts = append(parts, fmt.Sprintf("%s:%s,%s:%d", quoted(name(i)), quoted(part), quoted(fmt.Sprintf("n%d", i)), i*37))
		})(s)
		return "{" + strings.Join(parts, ",") + "}"
	}
}

// TestAttackGuardShortFields: a key in fields of a few characters each.
func TestAttackGuardShortFields(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A3", "a key in fields of 1 to 11 characters")
	for _, k := range attackKeys(91) {
		set := mustSet(t, k.secret)
		for n := 1; n <= 11; n++ {
			for what, name := range map[string]func(int) string{
				"numbered": func(i int) string { return fmt.Sprint("f", i) },
				"named": func(i int) string {
					return []string{"user", "host", "region", "plan", "mail", "unit"}[i%6] + fmt.Sprint(i/6)
				},
			} {
				answer := fields(n, name)(k.body)
				for size := 1; size <= len(answer); size += 97 {
					_, err := io.ReadAll(set.Reader(&chunks{strings.NewReader(answer), size}, Options{ContentType: "application/json"}))
					a.Attempt(errors.Is(err, ErrReflected), "%s in %s fields of %d, cut by %d, passes: %.200s", k.name, what, n, size, answer)
				}
			}
		}
	}
}
