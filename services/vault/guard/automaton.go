package guard

// automaton is what the patterns of a Set are compiled to. It is read-only after
// compile and shared by every stream of the Set. It holds the secrets, spelled out
// in its table, and must be treated like them.
type automaton struct {
	// class maps a byte to its column.
	class [256]uint16
	// table holds a row of stride states for each state. A state is the offset of
	// its row, so that a step is one addition and one load. State 0 is the root.
	table  []uint32
	stride uint32
	// depth, by row, is the most bytes that a match under way may have taken.
	depth []uint32
	// near is a filter: where the bit of three bytes is clear, no match begins at
	// the first of them or up to ahead bytes before. Nearly all of clean text is
	// skipped by it, several bytes at a time.
	near []uint64
}

const (
	// ahead is how many bytes before three that were looked up are cleared by them.
	ahead = 3
	// nearBits is the size of the filter, as a power of two: 32 KB.
	nearBits = 18
)

// triple hashes the first three bytes of b to their bit of near.
func triple(b []byte) uint32 {
	_ = b[2]
	return (uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16) * 0x9E3779B1 >> (32 - nearBits)
}

func (a *automaton) hitState() uint32 { return hit * a.stride }

// hold is how many of the bytes last seen belong, at most, to a match under way.
func (a *automaton) hold(state uint32) int { return int(a.depth[state/a.stride]) }

// run feeds b and returns the state after it, or the hit state as soon as a match is
// complete.
func (a *automaton) run(state uint32, b []byte) uint32 {
	table, stop := a.table, a.hitState()
	for i := 0; i < len(b); i++ {
		if state == 0 {
			if i = a.skip(b, i); i == len(b) {
				break
			}
		}
		if state = table[state+uint32(a.class[b[i]])]; state == stop {
			break
		}
	}
	return state
}

// skip returns the first place from i on where a match can begin, or the last few
// bytes, of which not enough is known yet.
func (a *automaton) skip(b []byte, i int) int {
	near := a.near
	for ; i+ahead+2 < len(b); i += ahead + 1 {
		t := triple(b[i+ahead : i+ahead+3])
		if near[t/64]&(1<<(t%64)) != 0 {
			break
		}
	}
	return i
}
