package guard

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// pack writes text in a content encoding, one block per half, like a provider that flushes between
// events.
func pack(t *testing.T, name, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	var w interface {
		io.WriteCloser
		Flush() error
	}
	switch name {
	case "gzip":
		w = gzip.NewWriter(&out)
	case "deflate":
		w = zlib.NewWriter(&out)
	case "bare deflate":
		w, _ = flate.NewWriter(&out, 6)
	case "br":
		w = brotli.NewWriter(&out)
	case "zstd":
		w, _ = zstd.NewWriter(&out)
	default:
		t.Fatal("unknown", name)
	}
	half := len(text) / 2
	for _, part := range []string{text[:half], text[half:]} {
		if _, err := io.WriteString(w, part); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

var packings = map[string]string{"gzip": "gzip", "deflate": "deflate", "bare deflate": "Deflate", "br": "br", "zstd": "identity, zstd"}

func TestPackedSecretIsCutAtAnyChunking(t *testing.T) {
	t.Parallel()
	set := mustSet(t, openAIKey)
	for name, header := range packings {
		packed := pack(t, name, "clean "+openAIKey+" tail")
		for size := 1; size <= len(packed); size++ {
			r, err := Decode(&chunks{bytes.NewReader(packed), size}, header, 1<<20)
			if err != nil {
				t.Fatal(name, err)
			}
			out, err := io.ReadAll(set.Reader(r, Options{}))
			if !errors.Is(err, ErrReflected) || len(out) > len("clean sk-proj-")+3 {
				t.Fatalf("%s in chunks of %d: %q, %v", name, size, out, err)
			}
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	twice, err := Decode(bytes.NewReader(pack(t, "br", string(pack(t, "gzip", openAIKey)))), "gzip, br", 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(set.Reader(twice, Options{})); !errors.Is(err, ErrReflected) {
		t.Errorf("packed twice: %v", err)
	}
}

func TestDecodeIsBounded(t *testing.T) {
	t.Parallel()
	const limit = 1 << 20
	for name, header := range packings {
		r, err := Decode(bytes.NewReader(pack(t, name, strings.Repeat("0", 50*limit))), header, limit)
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, r)
		if n != limit || !errors.Is(err, ErrBomb) {
			t.Errorf("%s: %d bytes and %v", name, n, err)
		}
		r, _ = Decode(bytes.NewReader(pack(t, name, strings.Repeat("0", limit))), header, limit)
		if n, err := io.Copy(io.Discard, r); n != limit || err != nil {
			t.Errorf("%s at the limit: %d bytes and %v", name, n, err)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	for _, header := range []string{"compress", "gzip, sdch", "gzip, gzip, gzip", "x"} {
		if _, err := Decode(strings.NewReader("x"), header, 10); !errors.Is(err, ErrEncoding) {
			t.Errorf("%s: %v", header, err)
		}
	}
	for name, header := range packings {
		packed := pack(t, name, strings.Repeat("abc", 100))
		for what, body := range map[string][]byte{"damaged": []byte("\xffnot packed at all"), "cut": packed[:len(packed)-3]} {
			r, err := Decode(bytes.NewReader(body), header, 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadAll(r); !errors.Is(err, ErrCorrupt) {
				t.Errorf("%s %s: %v", what, name, err)
			}
		}
		if r, _ := Decode(strings.NewReader(""), header, 10); r != nil {
			if out, err := io.ReadAll(r); err != nil || len(out) != 0 {
				t.Errorf("empty %s: %q, %v", name, out, err)
			}
		}
	}
}
