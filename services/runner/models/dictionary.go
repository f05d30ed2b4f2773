package models

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/keyhole-dev/keyhole/services/modelpackage"
)

// dictionary maps the recogniser's classes to characters. The first class is the CTC blank,
// which separates two equal characters; the last is the space.
type dictionary struct{ characters []string }

// maxCharacters bounds a dictionary; the Chinese one has about 6600.
const maxCharacters = 100_000

func (p *Package) dictionary() (*dictionary, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.reader != nil {
		return p.reader, nil
	}
	data, err := os.ReadFile(filepath.Join(p.dir, modelpackage.DictFile))
	if err != nil {
		return nil, err
	}
	d, err := parseDictionary(string(data))
	p.reader = d
	return d, err
}

func parseDictionary(text string) (*dictionary, error) {
	text = strings.TrimSuffix(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	lines := strings.Split(text, "\n")
	if !utf8.ValidString(text) || len(lines) > maxCharacters {
		return nil, badPackage("dict.txt is not a list of characters, one to a line")
	}
	return &dictionary{characters: append(append([]string{""}, lines...), " ")}, nil
}

func (d *dictionary) size() int { return len(d.characters) }

// spaceHint is the least probability of a space, summed over the blanks between two
// characters, for which a space is written. The most likely class there is nearly always
// the blank, because the recogniser was trained on Chinese, which has no spaces. In other
// languages the sum is 0.08 to 0.9 between words and below 0.02 within words.
const spaceHint = 0.05

// decode is greedy CTC decoding: it takes the most likely character of every step and
// merges repetitions. The score is the mean over the characters taken.
func (d *dictionary) decode(steps []float32) (string, float64) {
	var text strings.Builder
	space := d.size() - 1
	sum, n, last, hint := 0.0, 0, 0, 0.0
	for ; len(steps) >= d.size(); steps = steps[d.size():] {
		class, p := likeliest(steps[:d.size()])
		if class == 0 {
			hint += float64(steps[space])
		} else if class != last {
			if hint >= spaceHint && class != space && n > 0 {
				text.WriteByte(' ')
			}
			text.WriteString(d.characters[class])
			sum += math.Min(math.Max(float64(p), 0), 1)
			n++
			hint = 0
			if class == space {
				hint = math.Inf(-1) // write one space at most
			}
		}
		last = class
	}
	if n == 0 {
		return "", 0
	}
	return strings.TrimSpace(text.String()), sum / float64(n)
}

func likeliest(step []float32) (class int, p float32) {
	p = step[0]
	for c, v := range step {
		if v > p {
			class, p = c, v
		}
	}
	return class, p
}
