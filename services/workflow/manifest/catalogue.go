package manifest

// Catalogue is a set of manifests, looked up by type identifier. It is immutable
// and safe for concurrent use.
type Catalogue struct {
	byType    map[string]*Manifest
	manifests []*Manifest
}

// New makes a catalogue. Where two manifests answer to the same identifier the later
// one wins, so that a plugin can replace a block. Manifests whose Engine excludes
// [EngineVersion] are left out.
func New(manifests ...*Manifest) *Catalogue {
	c := &Catalogue{byType: map[string]*Manifest{}}
	return c.With(manifests...)
}

// With is the catalogue with more manifests; c itself does not change.
func (c *Catalogue) With(manifests ...*Manifest) *Catalogue {
	next := &Catalogue{byType: make(map[string]*Manifest, len(c.byType)+len(manifests))}
	next.manifests = append(next.manifests, c.manifests...)
	for name, m := range c.byType {
		next.byType[name] = m
	}
	for _, m := range manifests {
		if !compatible(m.Engine) {
			continue
		}
		next.manifests = append(next.manifests, m)
		next.byType[m.Type] = m
		for _, alias := range m.Aliases {
			next.byType[alias] = m
		}
	}
	return next
}

// Find returns the manifest that answers to a type identifier.
func (c *Catalogue) Find(blockType string) (*Manifest, bool) {
	m, ok := c.byType[blockType]
	return m, ok
}

// All lists the manifests in the order they were given.
func (c *Catalogue) All() []*Manifest { return append([]*Manifest(nil), c.manifests...) }
