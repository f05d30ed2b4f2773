package builder

import (
	"sync"

	"github.com/keyhole-dev/keyhole/services/workflow/document"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// Builder answers builders. It is safe for concurrent use.
type Builder struct {
	manifests *manifest.Catalogue
	// The answers that depend on the release only.
	blocks, schema func() ([]byte, error)
}

// New makes a builder for a catalogue. It describes the catalogue when it is first asked.
func New(manifests *manifest.Catalogue) *Builder {
	b := &Builder{manifests: manifests}
	b.blocks = sync.OnceValues(func() ([]byte, error) { return document.Marshal(describeAll(manifests.All())) })
	b.schema = sync.OnceValues(func() ([]byte, error) { return document.Marshal(definitionSchema(manifests.All())) })
	return b
}

// Blocks describes all blocks, kinds, and the query language.
func (b *Builder) Blocks() ([]byte, error) { return b.blocks() }

// DefinitionSchema is the JSON Schema of a definition.
func (b *Builder) DefinitionSchema() ([]byte, error) { return b.schema() }

// EngineVersions are the versions of the engine that definitions may ask for.
func (b *Builder) EngineVersions() ([]byte, error) {
	return document.Marshal(object{"versions": []string{manifest.EngineVersion}})
}
