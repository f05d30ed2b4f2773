package model

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
)

// known is a public model that can be imported by name. Its licence is its author's.
type known struct {
	Name, Title, Task string
	// Licence is the SPDX name, Terms the address of its text.
	Licence, Terms string
	// URL is where the file is. A model of an npm package has NPM and File instead.
	URL, NPM, File string
	SHA256         string
	Bytes          int64
}

//go:embed known.json
var knownJSON []byte

func knownModels() ([]known, error) {
	var all []known
	if err := json.Unmarshal(knownJSON, &all); err != nil {
		return nil, fmt.Errorf("read the list of known models: %w", err)
	}
	return all, nil
}

// knownModel finds a model by name.
func knownModel(name string) (known, error) {
	all, err := knownModels()
	var names []string
	for _, k := range all {
		if k.Name == name {
			return k, nil
		}
		names = append(names, k.Name)
	}
	if err != nil {
		return known{}, err
	}
	return known{}, fmt.Errorf("unknown model %q: choose one of %s, or upload your own with keyhole model upload", name, strings.Join(names, ", "))
}

// origin is where the file comes from, for people.
func (k known) origin() string {
	if k.NPM != "" {
		return "the npm package " + k.NPM
	}
	return k.URL
}
