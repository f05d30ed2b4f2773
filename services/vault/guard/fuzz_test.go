package guard

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// FuzzReader checks the guard against the encoders of the standard library: an answer with an
// encoded secret is withheld and shows nothing of it, any other answer passes unchanged, and the
// chunks make no difference.
func FuzzReader(f *testing.F) {
	f.Add([]byte("Zk3vQ9xT7bLm2Wc8RfYh"), "before ", " after", uint(0), uint(1))
	f.Add([]byte("aaZaaZaaZaaZaaQaaW12"), "aaZaa", "aaZ", uint(20), uint(3))
	f.Add([]byte("%41%42&#65;xyzt0987$"), `%%%2&#`, "%", uint(7), uint(2))
	all := forms()
	f.Fuzz(func(t *testing.T, seed []byte, before, after string, which, size uint) {
		s := printable(seed)
		if Guardable(secret.FromString(s)) != nil || len(before)+len(after) > 2000 {
			return // the input is discarded
		}
		set := mustSet(t, s)
		form := all[which%uint(len(all))]
		step := int(size%64) + 1
		encoded := form.encode(s)
		before += "|"
		whole := before + encoded + after
		if !set.stops([]byte(whole)) {
			t.Fatalf("%q as %s passes in %q", s, form.name, whole)
		}
		out, err := io.ReadAll(set.Reader(&chunks{strings.NewReader(whole), step}, Options{}))
		if !errors.Is(err, ErrReflected) || !strings.HasPrefix(whole, string(out)) {
			t.Fatalf("%q as %s in chunks of %d: %q, %v", s, form.name, step, out, err)
		}
		if got := set.Check(out); got != nil {
			t.Fatalf("%q as %s in chunks of %d: %q came out: %+v", s, form.name, step, out, got)
		}
		clean := before + after
		out, err = io.ReadAll(set.Reader(&chunks{strings.NewReader(clean), step}, Options{}))
		if cut := errors.Is(err, ErrReflected); cut != set.stops([]byte(clean)) || (!cut && string(out) != clean) {
			t.Fatalf("%q in chunks of %d: %q became %q, %v", s, step, clean, out, err)
		}
	})
}

// printable maps bytes to ASCII without white space and backslashes, which some forms would
// change.
func printable(seed []byte) string {
	out := make([]byte, 0, 80)
	for _, b := range seed[:min(len(seed), 80)] {
		if b = '!' + b%('~'-'!'+1); b == '\\' {
			b = '/'
		}
		out = append(out, b)
	}
	return string(out)
}

// FuzzCuts checks that findings and output of a stream do not depend on its chunks.
func FuzzCuts(f *testing.F) {
	body := openAIKey[8:]
	for _, text := range []string{
		`{"a":"` + body[:9] + `","b":["\u0073",1],"index":1}`, "data: {\"choices\":[{\"delta\":{\"content\":\"" + body[3:12] + "\"},\"index\":0}]}\r\n\r\n",
		"a=" + body[:5] + "%5a&b=c", "--b\r\nX: y\r\n\r\n" + body[10:20] + "\r\n--b--", b64(body[:10]) + " 115, 107, 45, 112, 114, 111, 106, 45, 90", "<b>" + body[:4] + "</b>" + body[4:9],
	} {
		f.Add(text, uint8(0), uint(1))
		f.Add(text, uint8(2), uint(5))
	}
	types := []string{"", "text/event-stream", "application/json", "application/x-www-form-urlencoded", "multipart/mixed; boundary=b"}
	set := mustSet(f, openAIKey)
	f.Fuzz(func(t *testing.T, text string, kind uint8, size uint) {
		whole, wholeErr := readCut(set, text, types[int(kind)%len(types)], len(text)+1)
		cut, cutErr := readCut(set, text, types[int(kind)%len(types)], int(size%61)+1)
		if whole.pieces != cut.pieces || errors.Is(wholeErr, ErrReflected) != errors.Is(cutErr, ErrReflected) {
			t.Fatalf("%q by %d: %v %v, whole: %v %v", text, size%61+1, cut, cutErr, whole, wholeErr)
		}
		if !errors.Is(cutErr, ErrReflected) && cut.out != text {
			t.Fatalf("%q by %d became %q", text, size%61+1, cut.out)
		}
	})
}

type readResult struct{ pieces, out string }

// readCut reads a text through a guard and returns the union of the pieces.
func readCut(set *Set, text, contentType string, size int) (readResult, error) {
	shown := make([]byte, set.BodySymbols(0))
	for i := range shown {
		shown[i] = '.'
	}
	out, err := io.ReadAll(set.Reader(&chunks{strings.NewReader(text), size}, Options{ContentType: contentType, Remember: func(pieces []Piece) (bool, error) {
		for _, p := range pieces {
			for i := p.From; i < p.To; i++ {
				shown[i] = 'x'
			}
		}
		return false, nil
	}}))
	if errors.Is(err, ErrReflected) {
		return readResult{}, err // what was remembered before it does not matter
	}
	return readResult{string(shown), string(out)}, err
}
