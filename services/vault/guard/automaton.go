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
	// begins is a filter: where the bit of three bytes is clear, no match begins with
	// them and the root need not be left. Nearly all of clean text is skipped so.
	begins [1 << 16 / 64]uint64
}

// triple hashes three bytes to their bit of begins.
func triple(a, b, c byte) uint32 {
	return (uint32(a) | uint32(b)<<8 | uint32(c)<<16) * 0x9E3779B1 >> 16
}

func (a *automaton) hitState() uint32 { return hit * a.stride }

// hold is how many of the bytes last seen belong, at most, to a match under way.
func (a *automaton) hold(state uint32) int { return int(a.depth[state/a.stride]) }

// run feeds b and returns the state after it, and how far it came: len(b), or the
// end of the first match.
func (a *automaton) run(state uint32, b []byte) (uint32, int) {
	stop := a.hitState()
	for i := 0; i < len(b); i++ {
		if state == 0 {
			i = a.skip(b, i)
		}
		if state = a.table[state+uint32(a.class[b[i]])]; state == stop {
			return state, i + 1
		}
	}
	return state, len(b)
}

// skip returns the first place from i on where a match can begin, or the last two
// bytes, of which nothing is known yet.
func (a *automaton) skip(b []byte, i int) int {
	for ; i+2 < len(b); i++ {
		t := triple(b[i], b[i+1], b[i+2])
		if a.begins[t/64]&(1<<(t%64)) != 0 {
			break
		}
	}
	return i
}
