package guard

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/ascii85"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"math/big"
	"mime/quotedprintable"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func numbers(format, sep string) func(string) string {
	return func(s string) string {
		var out []string
		for i := range len(s) {
			out = append(out, fmt.Sprintf(format, s[i]))
		}
		return strings.Join(out, sep)
	}
}

func utf16Text(order binary.AppendByteOrder) func(string) string {
	return func(s string) string {
		var out []byte
		for _, u := range utf16.Encode([]rune(s)) {
			out = order.AppendUint16(out, u)
		}
		return string(out)
	}
}

func reverse(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}

func rot13(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return 'a' + (r-'a'+13)%26
		case r >= 'A' && r <= 'Z':
			return 'A' + (r-'A'+13)%26
		}
		return r
	}, s)
}

func adobe85(s string) string {
	out := make([]byte, ascii85.MaxEncodedLen(len(s)))
	return string(out[:ascii85.Encode(out, []byte(s))])
}

// in85 writes base85 in another alphabet, with the last group padded.
func in85(alphabet string) func(string) string {
	return func(s string) string {
		short := (4 - len(s)%4) % 4
		s += strings.Repeat("\x00", short)
		var out []byte
		for ; len(s) > 0; s = s[4:] {
			v := binary.BigEndian.Uint32([]byte(s))
			var g [5]byte
			for i := 4; i >= 0; i-- {
				g[i] = alphabet[v%85]
				v /= 85
			}
			out = append(out, g[:]...)
		}
		return string(out[:len(out)-short])
	}
}

func uuencode(s string) string {
	var out strings.Builder
	out.WriteString("begin 644 data\n")
	for len(s) > 0 {
		line := s[:min(45, len(s))]
		s = s[len(line):]
		out.WriteByte(byte(32 + len(line)))
		for len(line) > 0 {
			var g [3]byte
			line = line[copy(g[:], line):]
			v := uint32(g[0])<<16 | uint32(g[1])<<8 | uint32(g[2])
			for shift := 18; shift >= 0; shift -= 6 {
				c := byte(v>>shift)&63 + 32
				if c == ' ' {
					c = '`'
				}
				out.WriteByte(c)
			}
		}
		out.WriteByte('\n')
	}
	return out.String() + "`\nend\n"
}

func thin(n int) func(string) string {
	return func(s string) string {
		var out strings.Builder
		for from := range n {
			for i := from; i < len(s); i += n {
				out.WriteByte(s[i])
			}
			out.WriteString(" / ")
		}
		return out.String()
	}
}

func TestAttackGuardCodings(t *testing.T) {
	t.Parallel()
	wrapped76 := wrapped(76, "\r\n")
	list := []disguise{
		{"base64 twice", func(s string) string { return b64(b64(s)) }},
		{"octal list", numbers("%03o", " ")},
		{"octal list of Python", numbers("0o%o", ", ")},
		{"char of hex", func(s string) string { return "char(" + numbers("0x%02x", "),char(")(s) + ")" }},
		{"od", func(s string) string {
			var out strings.Builder
			for i := 0; i < len(s); i += 16 {
				fmt.Fprintf(&out, "%07o", i)
				for _, b := range []byte(s[i:min(len(s), i+16)]) {
					fmt.Fprintf(&out, " %03o", b)
				}
				out.WriteString("\n")
			}
			return out.String()
		}},
		{"base64 lines", func(s string) string { return wrapped76(b64(strings.Repeat("x", 50) + s)) }},
		{"base64 short lines", func(s string) string { return wrapped(20, "\n")(b64(s)) }},
		{"base64 with commas", func(s string) string { return between(",")(b64(s)) }},
		{"base64 lower", func(s string) string { return strings.ToLower(b64(s)) }},
		{"base64 of UTF-16", func(s string) string { return b64(utf16Text(binary.LittleEndian)(s)) }},
		{"base64 of UTF-16 BE", func(s string) string { return b64(utf16Text(binary.BigEndian)(s)) }},
		{"base64 reversed inside", func(s string) string { return b64(reverse(s)) }},
		{"base64 reversed outside", func(s string) string { return reverse(b64(s)) }},
		{"base64 of hex", func(s string) string { return b64(hex.EncodeToString([]byte(s))) }},
		{"hex of base64", func(s string) string { return hex.EncodeToString([]byte(b64(s))) }},
		{"hex", numbers("%02x", "")},
		{"hex upper", numbers("%02X", "")},
		{"hex colons", numbers("%02x", ":")},
		{"hex spaces", numbers("%02X", " ")},
		{"hex 0x", numbers("0x%02x", ", ")},
		{"hex x", numbers("x%02x", "")},
		{"hex u", numbers("U+%04X", " ")},
		{"hex four digits", numbers("%04x", " ")},
		{"hex reversed inside", func(s string) string { return hex.EncodeToString([]byte(reverse(s))) }},
		{"decimal list", numbers("%d", ", ")},
		{"decimal lines", numbers("%d", "\n")},
		{"decimal padded", numbers("%03d", " ")},
		{"octal list", numbers("%03o", " ")},
		{"octal 0o", numbers("0o%o", ", ")},
		{"bits", numbers("%08b", "")},
		{"bits list", numbers("%08b", " ")},
		{"reversed", reverse},
		{"ROT13", rot13},
		{"quoted-printable", func(s string) string {
			var out bytes.Buffer
			w := quotedprintable.NewWriter(&out)
			_, _ = io.WriteString(w, strings.Repeat("=", 30)+s)
			_ = w.Close()
			return out.String()
		}},
		{"uuencode", uuencode},
		{"ascii85", adobe85},
		{"base85", in85("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~")},
		{"Z85", in85("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#")},
		{"every 2nd", thin(2)},
		{"every 3rd", thin(3)},
	}
	for shift := range 5 {
		before := "abcde"[:shift]
		list = append(list, disguise{fmt.Sprint("base32 ", shift), func(s string) string { return base32.StdEncoding.EncodeToString([]byte(before + s)) }},
			disguise{fmt.Sprint("base32hex ", shift), func(s string) string { return base32.HexEncoding.EncodeToString([]byte(before + s)) }})
		if shift < 3 {
			list = append(list, disguise{fmt.Sprint("base64 ", shift), func(s string) string { return b64(before + s + "\n") }},
				disguise{fmt.Sprint("base64url ", shift), func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(before + s)) }})
		}
	}
	tryAll(t, "codings by lanes", list, func(name, body string) bool {
		n := letterDigits(body)
		return (name != "every 2nd" || len(body) > 20 && n > 20) && (name != "every 3rd" || n > 30) && (name != "octal 0o")
	})
}

func large(base int, alphabet string) func(string) string {
	return func(s string) string {
		n := new(big.Int).SetBytes([]byte(s))
		if alphabet == "" {
			return n.Text(base)
		}
		var out []byte
		for b, m := big.NewInt(int64(base)), new(big.Int); n.Sign() > 0; {
			n.DivMod(n, b, m)
			out = append(out, alphabet[m.Int64()])
		}
		return reverse(string(out))
	}
}

func packedBy(open func(w io.Writer) io.WriteCloser) func(string) string {
	return func(s string) string {
		var out bytes.Buffer
		w := open(&out)
		_, _ = io.WriteString(w, s)
		_ = w.Close()
		return out.String()
	}
}

func zipped(s string) string { return zippedWith(s, "") }

func zippedWith(s, comment string) string {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	_ = z.SetComment(comment)
	w, _ := z.Create("a.txt")
	_, _ = io.WriteString(w, s)
	_ = z.Close()
	return out.String()
}

// pngWith returns a PNG with a chunk of text.
func pngWith(kind, data string) string {
	chunk := func(kind, data string) string {
		b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
		b = append(b, kind+data...)
		return string(binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE([]byte(kind+data))))
	}
	return "\x89PNG\r\n\x1a\n" + chunk("IHDR", "\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00") + chunk(kind, data) + chunk("IDAT", "x") + chunk("IEND", "")
}

func packers() map[string]func(string) string {
	gz := packedBy(func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
	zl := packedBy(func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) })
	return map[string]func(string) string{
		"gzip": gz, "zlib": zl, "zip": zipped,
		"deflate":         packedBy(func(w io.Writer) io.WriteCloser { f, _ := flate.NewWriter(w, 9); return f }),
		"brotli":          packedBy(func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) }),
		"zstd":            packedBy(func(w io.Writer) io.WriteCloser { z, _ := zstd.NewWriter(w); return z }),
		"PNG text":        func(s string) string { return pngWith("tEXt", "Comment\x00"+s) },
		"PNG packed text": func(s string) string { return pngWith("zTXt", "Comment\x00\x00"+zl(s)) },
		"gzip twice":      func(s string) string { return gz(gz(s)) },
		"zip of zeros":    func(s string) string { return zippedWith(s, strings.Repeat("\x00", 300)) },
		"PDF": func(s string) string {
			return "%PDF-1.4\n1 0 obj\n<</Length 9/Filter/FlateDecode>>\nstream\r\n" + zl("BT (nothing) Tj ET") + "\nendstream\n2 0 obj\n<</Filter/FlateDecode>>stream\n" + zl("BT ("+s+") Tj ET") + "\nendstream"
		},
	}
}

func TestAttackGuardPacked(t *testing.T) {
	t.Parallel()
	percent := every(1, escapes()["percent"])
	list := []disguise{
		{"base64 three times", func(s string) string { return b64(b64(b64(s))) }},
		{"base64 of percent", func(s string) string { return b64(percent(s)) }},
		{"base64 of hex of base64", func(s string) string { return b64(hex.EncodeToString([]byte(b64(s)))) }},
		{"base64 of a list", func(s string) string { return b64(numbers("%d", ",")(s)) }},
		{"one large number", large(10, "")},
		{"base36", large(36, "")},
		{"base58", large(58, "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")},
		{"base62", large(62, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")},
		{"chr", func(s string) string { return numbers("chr(%d)", "+")(s) }},
	}
	for name, pack := range packers() {
		list = append(list,
			disguise{name + " in base64", func(s string) string { return b64(pack("the key is " + s + ".")) }},
			disguise{name + " in base64 alone", func(s string) string { return b64(pack(s)) }},
			disguise{name + " in hex", func(s string) string { return hex.EncodeToString([]byte(pack(s))) }},
			disguise{name + " in base64 of base64", func(s string) string { return b64(b64(pack(s))) }},
			disguise{name + " in base64 lines", func(s string) string { return wrapped(64, "\n")(b64(pack(s))) }},
			disguise{name + " in base64 after a long word", func(s string) string { return "averyveryverylongword1\n" + b64(pack(s)) }},
			disguise{name + " in base32", func(s string) string { return base32.StdEncoding.EncodeToString([]byte(pack(s))) }},
			disguise{name + " in hex with colons", func(s string) string { return numbers("%02x", ":")(pack(s)) }},
			disguise{name + " in a list", func(s string) string { return numbers("%d", ", ")(pack(s)) }},
		)
		if name == "gzip" || name == "zlib" {
			list = append(list, disguise{name + " in base85", func(s string) string {
				return in85("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~")(pack(s))
			}})
		}
	}
	tryAll(t, "text that is packed and then encoded", list, nil)
}
