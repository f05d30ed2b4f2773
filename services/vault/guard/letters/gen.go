//go:build ignore

// Gen counts the letters of this repository's source and documents and writes the
// table of the model.
package main

import (
	"io/fs"
	"log"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/vault/guard/view"
)

const n = view.Symbols

// prior is how many times a text of one symbol less is believed over what was counted.
const prior = 4

// chance is the share of symbols that are taken for random. It bounds what one that
// was never seen is worth to 7.2 bits: a random key is worth no more than it has.
const chance = 0.25

// keys are words that may be one: the model must not learn them.
var keys = regexp.MustCompile(`[A-Za-z0-9_+/-]*[0-9][A-Za-z0-9_+/-]{8,}`)

type counts struct {
	one   [n]float64
	two   [n * n]float64
	three [n * n * n]float64
}

func main() {
	var c counts
	for _, root := range os.Args[1:] {
		if err := c.walk(root); err != nil {
			log.Fatal(err)
		}
	}
	if err := os.WriteFile("table.bin", c.table(), 0o644); err != nil {
		log.Fatal(err)
	}
}

func (c *counts) walk(root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if slices.Contains([]string{".git", "testdata", "node_modules", "bin", ".tools", "guard", "testkit", "gen"}, d.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(path, "_test.go") { // it has keys
			return nil
		}
		if !slices.Contains([]string{".go", ".md", ".proto", ".ts", ".css", ".sql", ".yaml"}, filepath.Ext(path)) {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var norm view.Normaliser
		c.add(norm.Append(nil, keys.ReplaceAll(text, nil)))
		return nil
	})
}

func (c *counts) add(s []byte) {
	for i := range s {
		c.one[s[i]]++
		if i > 0 {
			c.two[int(s[i-1])*n+int(s[i])]++
		}
		if i > 1 {
			c.three[(int(s[i-2])*n+int(s[i-1]))*n+int(s[i])]++
		}
	}
}

func (c *counts) table() []byte {
	out := make([]byte, 0, n*n*n)
	total := sum(c.one[:])
	for a := range n {
		for b := range n {
			for d := range n {
				p := (c.one[d] + 1) / (total + n)
				p = (c.two[b*n+d] + prior*p) / (sum(c.two[b*n:b*n+n]) + prior)
				p = (c.three[(a*n+b)*n+d] + prior*p) / (sum(c.three[(a*n+b)*n:(a*n+b)*n+n]) + prior)
				p = (1-chance)*p + chance/n
				out = append(out, byte(min(255, math.Round(-16*math.Log2(p)))))
			}
		}
	}
	return out
}

func sum(s []float64) float64 {
	t := 0.0
	for _, v := range s {
		t += v
	}
	return t
}
