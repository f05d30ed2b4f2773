package guard

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/keyhole-dev/keyhole/services/vault/guard/anatomy"
	"github.com/keyhole-dev/keyhole/services/vault/guard/lane"
)

// randomKeys have the forms that vendors use. A fifth is hexadecimal.
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

// ordinary reads text without keys, up to a number of bytes: files of this repository, or of
// the folders in KEYHOLE_GUARD_CORPUS.
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
				return nil //nolint:nilerr // unreadable files are left out
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

// TestOrdinaryTextHasNoPieces: no ordinary text contains a piece of ten symbols or more of
// a random key, and no key is shown so much that a share would be suspended. It reads a few
// MB for 200 keys; KEYHOLE_GUARD_CORPUS names folders for up to 500 MB, KEYHOLE_GUARD_KEYS
// sets the number of keys.
func TestOrdinaryTextHasNoPieces(t *testing.T) {
	t.Parallel()
	most, keys := int64(4<<20), 200
	if os.Getenv("KEYHOLE_GUARD_CORPUS") != "" {
		most = 500 << 20
	}
	if n, err := strconv.Atoi(os.Getenv("KEYHOLE_GUARD_KEYS")); err == nil {
		keys = n
	}
	sets := setsOf(t, randomKeys(rand.New(rand.NewPCG(61, 62)), keys))
	found := tally{sure: map[int]int{}, weak: map[int]int{}, places: map[[2]int]map[int]bool{}}
	read := ordinary(t, most, func(name string, text []byte) {
		for i, set := range sets {
			for _, piece := range set.Check(text) {
				found.add(i, piece)
				if piece.To-piece.From >= 10 && !piece.Weak || piece.Stops {
					t.Errorf("%s: %+v", name, piece)
				}
			}
		}
	})
	t.Logf("%d MB, %d keys: pieces by symbols: %v, weak ones: %v; the most of one key: %d half symbols, a share is suspended from %d",
		read>>20, keys, found.sure, found.weak, found.most(), halvesSuspended)
	if most := found.most(); most >= halvesSuspended {
		t.Errorf("a share would be suspended: %d half symbols of one key", most)
	}
	if read < 1<<20 {
		t.Errorf("only %d bytes of ordinary text", read)
	}
}

// halvesSuspended is the lowest threshold of package exposure for long keys, in half symbols.
const halvesSuspended = 40

// setsOf compiles keys in groups, because an index has a bound on lanes.
func setsOf(t *testing.T, keys [][]lane.Part) (sets []*Set) {
	t.Helper()
	const together = 400
	for parts := range slices.Chunk(keys, together) {
		p := &plan{index: lane.New(parts), rules: make([]rule, len(parts))}
		if p.index.Full() {
			t.Fatal("not all lanes of the keys are searched")
		}
		for i := range parts {
			p.rules[i] = ruleOf(parts[i], p.index.BodySymbols(i))
		}
		sets = append(sets, &Set{p})
	}
	return sets
}

// tally counts pieces by their size, and for each key the symbols that were shown: true for
// those in a piece that is not weak.
type tally struct {
	sure, weak map[int]int
	places     map[[2]int]map[int]bool
}

func (c *tally) add(set int, p Piece) {
	key := [2]int{set, p.Secret}
	if c.places[key] == nil {
		c.places[key] = map[int]bool{}
	}
	for i := p.From; i < p.To; i++ {
		c.places[key][i] = c.places[key][i] || !p.Weak
	}
	if p.Weak {
		c.weak[p.To-p.From]++
	} else {
		c.sure[p.To-p.From]++
	}
}

// most is the largest sum of one key, in half symbols.
func (c *tally) most() int {
	most := 0
	for _, places := range c.places {
		sum := 0
		for _, sure := range places {
			if sum++; sure {
				sum++
			}
		}
		most = max(most, sum)
	}
	return most
}
