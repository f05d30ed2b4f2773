package container

const (
	// leastRepeated is the shortest string that is left out if it equals the string before at its
	// place, in bytes. A stream repeats its model and ID in each event. No key is repeated this way.
	leastRepeated = 16
	// leastName is the same for field names, which are compared with more of them.
	leastName = 4
)

// known recognises complete strings that were passed on before.
type known struct {
	// names has the field names by the hash of name and path, texts the hash of the latest string
	// of each place.
	names, texts table
}

// name reports that a field name is known, and remembers it.
func (k *known) name(hash uint64) bool { return k.names.put(hash, 1) }

// text reports that the latest string of a place is known, and remembers it.
func (k *known) text(place, hash uint64) bool { return k.texts.put(place, hash) }

const (
	// slots is the size of a table, and mostKnown the number of its entries. A full table forgets all of
	// them. What it holds then depends on what was put, and not on how that is hashed.
	slots     = 128
	mostKnown = 96
)

// table is a small hash table.
type table struct {
	entries []struct{ key, value uint64 }
	count   int
}

// put sets the value of a key, and reports that it had that value before.
func (t *table) put(key, value uint64) (same bool) {
	key |= 1 // 0 is a free slot
	if t.count >= mostKnown || t.entries == nil {
		t.entries, t.count = make([]struct{ key, value uint64 }, slots), 0
	}
	i := key >> 57 % slots // the highest bits are the best mixed
	for t.entries[i].key != 0 && t.entries[i].key != key {
		i = (i + 1) % slots
	}
	e := &t.entries[i]
	same = e.key == key && e.value == value
	if e.key == 0 {
		t.count++
	}
	e.key, e.value = key, value
	return same
}
