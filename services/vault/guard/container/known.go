package container

const (
	// leastRepeated is the shortest string that is left out if it equals the string before at its
	// place, in bytes. A stream repeats its model and ID in each event. No key is repeated this way.
	leastRepeated = 16
	// leastName is the same for field names, which are compared with more of them.
	leastName = 4
)

// known recognises complete strings that were passed on before. Others may take the place of one
// that is remembered: then it is passed on again.
type known struct {
	// names has the hashes of field names with their paths.
	names [128]uint64
	// texts has the latest string of each place.
	texts [64]struct{ place, hash uint64 }
}

// name reports that a field name is known, and remembers it.
func (k *known) name(hash uint64) bool {
	slot := &k.names[hash%uint64(len(k.names))]
	same := *slot == hash
	*slot = hash
	return same
}

// text reports that the latest string of a place is known, and remembers it.
func (k *known) text(place, hash uint64) bool {
	slot := &k.texts[place%uint64(len(k.texts))]
	same := slot.place == place && slot.hash == hash
	slot.place, slot.hash = place, hash
	return same
}
