package lane

import "math/bits"

const (
	// gram is the length of a seed, in symbols.
	gram = 8
	// symbolBits is the size of a symbol in the rolling value.
	symbolBits = 6
	mask       = 1<<(gram*symbolBits) - 1
	// maxAlike bounds the places of one seed.
	maxAlike = 8
	// context is how many symbols before a seed are compared.
	context = 256
)

// leastHeld is the shortest end of a text, in symbols, that is held back.
const leastHeld = 4

// Index finds the lanes of some secrets. It is read-only and holds the secrets.
type Index struct {
	bodies []body
	lanes  []lane
	// full means that there were more lanes than a place can number.
	full bool
	// filter has a bit for the hash of each seed; shift reduces a hash to its size.
	filter []uint64
	shift  int
	// keys and places are an open hash table of the seeds.
	keys   []uint64
	places []uint32
	// triples has the 3-grams of plain lanes. A stream is held back while its end consists of
	// them.
	triples [46656 / 64]uint64
}

// New builds the index of some secrets, each given by its parts.
func New(secrets [][]Part) *Index {
	x := &Index{bodies: make([]body, len(secrets))}
	var seeds []seed
	for i, parts := range secrets {
		var sources []*source
		for _, p := range parts {
			sources = append(sources, x.bodies[i].add(i, p))
		}
		least := leastSymbols(x.bodies[i].symbols)
		for _, s := range sources {
			for _, l := range lanesOf(s) {
				seeds = x.add(seeds, l, least)
			}
		}
	}
	x.build(seeds)
	return x
}

// leastSymbols is the least number of body symbols that encoded lanes must find.
func leastSymbols(body int) int {
	const usual, short = 9, 16
	if body < short {
		return min(usual, (3*body+3)/4)
	}
	return usual
}

type seed struct {
	key   uint64
	place uint32
}

// add adds a lane and its seeds, so that each run of the least length contains a seed.
func (x *Index) add(seeds []seed, l lane, least int) []seed {
	const most = 1<<16 - 1
	if len(x.lanes) > most {
		x.full = true
	}
	if len(l.symbols) < gram || len(l.symbols) > most || x.full {
		return seeds
	}
	step := 1
	if !l.plain && !l.sparse {
		run := (least-1)*len(l.symbols)/max(1, len(l.source.symbols)) - 1
		step = max(1, run-gram+1)
	}
	last := len(l.symbols) - gram
	for at := 0; at < last; at += step {
		seeds = x.seed(seeds, &l, at)
	}
	seeds = x.seed(seeds, &l, last)
	x.lanes = append(x.lanes, l)
	if l.plain {
		x.mark(l.symbols)
	}
	return seeds
}

// seed adds the run at a place, unless it shows nothing of the body or resembles ordinary text.
func (x *Index) seed(seeds []seed, l *lane, at int) []seed {
	const leastDistinct = 3
	key, set := uint64(0), uint64(0)
	for _, s := range l.symbols[at : at+gram] {
		key = key<<symbolBits | uint64(s)
		set |= 1 << s
	}
	if from, to := l.span(at, at+gram); from == to || bits.OnesCount64(set) < leastDistinct {
		return seeds
	}
	return append(seeds, seed{key, uint32(len(x.lanes))<<16 | uint32(at)})
}

func (x *Index) mark(symbols []byte) {
	for i := 2; i < len(symbols); i++ {
		t := triple(symbols[i-2:])
		x.triples[t/64] |= 1 << (t % 64)
	}
}

// Resembles reports that some symbols contain a run that must be held back.
func (x *Index) Resembles(symbols []byte) bool {
	run := 2
	for i := 2; i < len(symbols); i++ {
		t := triple(symbols[i-2:])
		if run++; x.triples[t/64]&(1<<(t%64)) == 0 {
			run = 2
		}
		if run >= leastHeld {
			return true
		}
	}
	return false
}

func triple(s []byte) uint {
	return (uint(s[0])*36+uint(s[1]))*36 + uint(s[2])
}

func (x *Index) build(seeds []seed) {
	const leastFilter, perSeed = 18, 32
	size := max(leastFilter, bits.Len(uint(len(seeds)*perSeed)))
	x.shift = 64 - size
	x.filter = make([]uint64, 1<<size/64)
	slots := 1 << bits.Len(uint(len(seeds)*3/2))
	x.keys, x.places = make([]uint64, slots), make([]uint32, slots)
	for _, s := range seeds {
		f := s.key * spread >> x.shift
		x.filter[f/64] |= 1 << (f % 64)
		x.insert(s, slot(s.key, slots))
	}
}

func (x *Index) insert(s seed, slot int) {
	for alike := 0; alike < maxAlike; {
		switch x.keys[slot] {
		case 0:
			x.keys[slot], x.places[slot] = s.key+1, s.place // so that no key is 0
			return
		case s.key + 1:
			alike++
		}
		slot = (slot + 1) & (len(x.keys) - 1)
	}
}

// spread is an odd number that mixes a key into the upper bits of the product.
const spread = 0x9E3779B97F4A7C15

func slot(key uint64, slots int) int { return int(key*spread>>20) & (slots - 1) }

// Full reports that the index lacks lanes, because there were too many.
func (x *Index) Full() bool { return x.full }

// Size is the memory of the index, in bytes.
func (x *Index) Size() int {
	n := 8*(len(x.filter)+len(x.keys)+len(x.triples)) + 4*len(x.places)
	for _, l := range x.lanes {
		n += 3 * len(l.symbols)
	}
	for _, b := range x.bodies {
		n += 16 * len(b.worth)
	}
	return n
}

// BodySymbols is the number of symbols in a secret's body.
func (x *Index) BodySymbols(secret int) int { return x.bodies[secret].symbols }
