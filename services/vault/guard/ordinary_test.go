package guard

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/vault/guard/anatomy"
	"github.com/keyhole-dev/keyhole/services/vault/guard/lane"
)

// randomKeys are of the forms that vendors use, a fifth hexadecimal.
func randomKeys(rnd *rand.Rand, n int) [][]lane.Part {
	var keys [][]lane.Part
	for i := range n {
		var s string
		switch i % 10 {
		case 0:
			s = "sk-proj-" + draw(rnd, alnum+"-_", 74) + "T3BlbkFJ" + draw(rnd, alnum+"-_", 74)
		case 1:
			s = "sk-ant-api03-" + draw(rnd, alnum+"-_", 93) + "AA"
		case 2:
			s = draw(rnd, alnum+"+/", 40)
		case 3:
			s = "ghp_" + draw(rnd, alnum, 36)
		case 4:
			s = draw(rnd, alnum, 24)
		case 5:
			s = "sk_live_" + draw(rnd, alnum, 99)
		case 6:
			s = draw(rnd, alnum+"-_", 43)
		case 7, 8:
			s = draw(rnd, "0123456789abcdef", 32)
		default:
			s = draw(rnd, alnum, 16)
		}
		keys = append(keys, anatomy.Dissect([]byte(s)))
	}
	return keys
}

// ordinary is a text that no key is in: files of this repository, or of the folders in
// KEYHOLE_GUARD_CORPUS, up to a number of bytes.
func ordinary(t *testing.T, most int64, each func(name string, text []byte)) int64 {
	t.Helper()
	roots := []string{"../../..", "../../../../docs"}
	if more := os.Getenv("KEYHOLE_GUARD_CORPUS"); more != "" {
		roots = filepath.SplitList(more)
	}
	read := int64(0)
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() && slices.Contains([]string{".git", "node_modules", "guard"}, d.Name()) {
				return filepath.SkipDir
			}
			if d.IsDir() || read >= most || !d.Type().IsRegular() {
				return nil
			}
			text, err := os.ReadFile(path)
			if err != nil || len(text) > 8<<20 {
				return nil //nolint:nilerr // what cannot be read is no corpus
			}
			read += int64(len(text))
			each(path, text)
			return nil
		})
		if err != nil && os.Getenv("KEYHOLE_GUARD_CORPUS") == "" {
			t.Fatal(err)
		}
	}
	return read
}

// No ordinary text holds a piece of ten characters or more of a random key. A few MB and
// 200 keys here; KEYHOLE_GUARD_CORPUS names folders for more, KEYHOLE_GUARD_KEYS how many
// keys.
func TestOrdinaryTextHasNoPieces(t *testing.T) {
	t.Parallel()
	most, keys := int64(4<<20), 200
	if os.Getenv("KEYHOLE_GUARD_CORPUS") != "" {
		most = 500 << 20
	}
	if n, err := strconv.Atoi(os.Getenv("KEYHOLE_GUARD_KEYS")); err == nil {
		keys = n
	}
	rnd := rand.New(rand.NewPCG(61, 62))
	var sets []*Set
	const together = 400 // an index has a bound on lanes
	for parts := range slices.Chunk(randomKeys(rnd, keys), together) {
		p := &plan{index: lane.New(parts), rules: make([]rule, len(parts))}
		if p.index.Full() {
			t.Fatal("not all lanes of the keys are looked for")
		}
		for i := range parts {
			p.rules[i] = ruleOf(parts[i], p.index.BodySymbols(i))
		}
		sets = append(sets, &Set{p})
	}
	byLength := map[int]int{}
	read := ordinary(t, most, func(name string, text []byte) {
		for _, set := range sets {
			for _, piece := range set.Check(text) {
				n := piece.To - piece.From
				if byLength[n]++; n >= 10 || piece.Stops {
					t.Errorf("%s: %+v", name, piece)
				}
			}
		}
	})
	var sizes []string
	for _, n := range []int{8, 9, 10, 11, 12} {
		sizes = append(sizes, fmt.Sprintf("%d of %d", byLength[n], n))
	}
	t.Logf("%d MB, %d keys: pieces: %s", read>>20, keys, strings.Join(sizes, ", "))
	if read < 1<<20 {
		t.Errorf("only %d bytes of ordinary text", read)
	}
}
