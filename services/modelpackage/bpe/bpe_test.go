package bpe_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/modelpackage/bpe"
)

// A small list of merges. Its tokens begin after the 512 letters: lo is 512, low is 513 ...
const merges = "#version: 0.2\nl o\nlo w</w>\ne r</w>\nlo w\nlow er</w>\nn e\n"

func parse(t testing.TB) *bpe.Tokenizer {
	t.Helper()
	tokens, err := bpe.Parse(merges)
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

// Letters are numbered from "!" on, so that a letter x is x - 33, and 256 more at the end of
// a word. By hand: low is one token; lower becomes lo w er, low er, lower; new has no merge
// after ne.
func TestTokens(t *testing.T) {
	t.Parallel()
	tokens := parse(t)
	const start, stop, last = 518, 519, 256
	letter := func(c byte) int64 { return int64(c) - '!' }
	for text, want := range map[string][]int64{
		"":                  {start, stop},
		"low":               {start, 513, stop},
		"  LOW\t low ":      {start, 513, 513, stop},
		"lower":             {start, 516, stop},
		"new":               {start, 517, letter('w') + last, stop},
		"a1 b":              {start, letter('a') + last, letter('1') + last, letter('b') + last, stop},
		"it's":              {start, letter('i'), letter('t') + last, letter('\''), letter('s') + last, stop},
		"&amp;lt;":          {start, letter('<') + last, stop}, // escaped twice
		"é":                 {start, 0xc3 - 0xa1 + 93, 0xa9 - 0xa1 + 94 + last, stop},
		"<|endoftext|> low": append([]int64{start, letter('<'), letter('|') + last, letter('e'), letter('n'), letter('d'), letter('o'), letter('f'), letter('t'), letter('e'), letter('x'), letter('t') + last}, letter('|'), letter('>')+last, 513, stop),
	} {
		padded := make([]int64, 77)
		copy(padded, want)
		if diff := cmp.Diff(padded, tokens.Encode(text, len(padded))); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
	if got := tokens.Size(); got != stop+1 {
		t.Errorf("there are %d tokens", got)
	}
	if diff := cmp.Diff([]int64{start, 513, 513, stop}, tokens.Encode("low low low", 4)); diff != "" {
		t.Errorf("a text of four tokens: %s", diff)
	}
	long := tokens.Encode(strings.Repeat("low ", 1000), 77)
	if long[75] != 513 || long[76] != stop {
		t.Errorf("a long text ends with %v", long[70:])
	}
}

func TestMergesAreChecked(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"empty": "", "no merges": "#version: 0.2\n", "one part": "x\nab\n", "three parts": "x\na b c\n", "an empty part": "x\n a\n",
		"no text": "x\n\xff \xfe\n", "a long part": "x\n" + strings.Repeat("a", 300) + " b\n",
	} {
		if _, err := bpe.Parse(text); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func FuzzTokens(f *testing.F) {
	f.Add(merges, "lower the new")
	f.Add("x\na a\naa aa\n", strings.Repeat("a", 2000))
	f.Fuzz(func(t *testing.T, merges, text string) {
		tokens, err := bpe.Parse(merges)
		if err != nil {
			return
		}
		for _, n := range tokens.Encode(text, 77) {
			if n < 0 || n >= tokens.Size() {
				t.Fatalf("token %d of %d", n, tokens.Size())
			}
		}
	})
}
