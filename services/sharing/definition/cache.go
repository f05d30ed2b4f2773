package definition

import (
	"sync"

	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// Cache analyzes definitions and keeps the analyses of recent ones.
type Cache struct {
	catalogue *manifest.Catalogue
	services  []string

	// mu guards kept and bytes. No definition is analyzed under it: two callers may analyze the
	// same one, and either result serves.
	mu   sync.Mutex
	kept map[string]*Analysis
	// bytes is the total length of the definitions in kept.
	bytes int
}

// maxKept bounds the number of analyses, maxKeptBytes the total length of their
// definitions. An analysis takes about ten times the memory of its definition.
const (
	maxKept      = 256
	maxKeptBytes = 8 << 20
)

// NewCache returns an empty cache for definitions with the blocks of a catalogue.
func NewCache(catalogue *manifest.Catalogue) *Cache {
	c := &Cache{catalogue: catalogue, kept: map[string]*Analysis{}}
	for _, m := range catalogue.All() { // the runner checks the services of a block itself
		c.services = append(c.services, m.Services...)
	}
	return c
}

// Of returns the analysis of a definition with this hash.
func (c *Cache) Of(raw []byte, hash string) *Analysis {
	c.mu.Lock()
	a, ok := c.kept[hash]
	c.mu.Unlock()
	if ok {
		return a
	}
	a = analyze(c.catalogue, c.services, raw, hash)
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, meanwhile := c.kept[hash]; meanwhile {
		return a
	}
	if len(c.kept) >= maxKept || c.bytes+len(raw) > maxKeptBytes {
		clear(c.kept)
		c.bytes = 0
	}
	c.kept[hash], c.bytes = a, c.bytes+len(raw)
	return a
}

// Analyze returns the analysis of a definition without keeping it.
func (c *Cache) Analyze(raw []byte) *Analysis { return analyze(c.catalogue, c.services, raw, "") }
