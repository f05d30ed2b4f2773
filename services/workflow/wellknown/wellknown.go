// Package wellknown lists the public models that definitions name and that can be imported by
// name. For other names, it explains how to get a model.
package wellknown

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// Model is a public model that can be imported by name. Its licence is its author's.
type Model struct {
	Name, Title, Task string
	// Aliases are other names of the same model in definitions.
	Aliases []string
	// Licence is the SPDX name, Terms the address of its text.
	Licence, Terms string
	// URL is where the file is. A model of an npm package has NPM and File instead.
	URL, NPM, File string
	SHA256         string
	Bytes          int64
}

//go:embed models.json
var list []byte

// Models returns all of them.
func Models() ([]Model, error) {
	var all []Model
	if err := json.Unmarshal(list, &all); err != nil {
		return nil, fmt.Errorf("read the list of well-known models: %w", err)
	}
	return all, nil
}

// Find returns the model that a definition means by a name.
func Find(name string) (Model, bool) {
	all, err := Models()
	at := slices.IndexFunc(all, func(m Model) bool { return m.Name == name || slices.Contains(m.Aliases, name) })
	if err != nil || at < 0 {
		return Model{}, false
	}
	return all[at], true
}

// plain are the names that are safe in a command. A definition may hold any text, and people
// copy the command.
var plain = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,79}(/[A-Za-z0-9][A-Za-z0-9._-]{0,79}){0,2}$`)

// Advice explains how an owner can get a model for a name that has none. The problems of a
// definition, the page of a link and a refused run show the same sentence.
func Advice(name string) string {
	how := "name one of the models of the workspace instead"
	if m, known := Find(name); known {
		how = "its owner can bring it with: keyhole model import " + m.Name
	} else if plain.MatchString(name) {
		how = "its owner can map the name to a model with: keyhole model alias create " + name + " MODEL"
	}
	return fmt.Sprintf("there is no model %s that the owner of the workflow may use; %s", errs.Quoted([]string{name}), how)
}
