package manifest

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"sync"
)

// blocks holds manifests written by hand, generated those of source/blocks.txt.
//
//go:generate go run ./gen
//go:embed blocks/*.json generated/*.json
var blocks embed.FS

// Core is the catalogue of all blocks of the language. Callers share it.
var Core = sync.OnceValue(func() *Catalogue {
	var manifests []*Manifest
	for _, pattern := range []string{"blocks/*.json", "generated/*.json"} {
		paths, err := fs.Glob(blocks, pattern)
		if err != nil {
			panic(err) // the pattern is constant
		}
		for _, path := range paths {
			family, err := load(path)
			if err != nil {
				panic(fmt.Sprintf("manifest: embedded %s: %v", path, err)) // a defect of the build, kept out by a test
			}
			manifests = append(manifests, family...)
		}
	}
	for _, m := range manifests {
		for i := range m.Fields {
			m.Fields[i].complete()
		}
	}
	return New(manifests...)
})

func load(path string) ([]*Manifest, error) {
	raw, err := blocks.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Read(raw)
}

// Read reads a list of manifests. Unknown keys are refused: they are typing errors.
func Read(raw []byte) ([]*Manifest, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	var manifests []*Manifest
	if err := decoder.Decode(&manifests); err != nil {
		return nil, fmt.Errorf("reading manifests: %w", err)
	}
	return manifests, nil
}
