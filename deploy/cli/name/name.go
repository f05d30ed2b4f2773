package name

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Kind is the kind of a resource: the collections in its name.
type Kind []string

// The kinds of resources that commands name.
var (
	Workspace    = Kind{}
	Key          = Kind{"keys"}
	Credential   = Kind{"credentials"}
	Model        = Kind{"models"}
	ModelVersion = Kind{"models", "versions"}
	ModelAlias   = Kind{"modelAliases"}
	Workflow     = Kind{"workflows"}
	Version      = Kind{"workflows", "versions"}
	Share        = Kind{"workflows", "shares"}
	Run          = Kind{"runs"}
	Session      = Kind{"sessions"}
	Person       = Kind{"people"}
	Invitation   = Kind{"invitations"}
	Suspension   = Kind{"suspensions"}
)

var collections = []string{"workspaces", "keys", "credentials", "models", "modelAliases", "versions", "workflows", "shares", "runs", "sessions", "people", "invitations", "suspensions"}

// Name is the name of a resource as the user typed it, in its own workspace or in the
// workspace of the key.
type Name struct {
	Workspace string // "" if the text did not name it
	IDs       []string
}

// Parse accepts each form of a name: the full name, which this program prints; the name
// without its workspace; or only the ids.
func (k Kind) Parse(text string) (Name, error) {
	parts := strings.Split(strings.TrimSuffix(text, "/"), "/")
	n, found := Name{IDs: parts}, k
	if slices.Contains(collections, parts[0]) {
		n, found = dissect(parts)
	} else if len(k) == 0 && len(parts) == 1 {
		n = Name{Workspace: n.IDs[0]} // the only ID of a workspace is its own
	}
	switch {
	case slices.Contains(parts, "") || !found.known() || len(n.IDs) != len(found):
		return Name{}, fmt.Errorf("%q is not the name of a %s: give %s", text, k, k.forms())
	case !slices.Equal(found, k):
		return Name{}, fmt.Errorf("%q is a %s, not a %s: give %s", text, found, k, k.forms())
	}
	return n, nil
}

// dissect splits the collections of a name from its IDs.
func dissect(parts []string) (n Name, found Kind) {
	if parts[0] == "workspaces" && len(parts) > 1 {
		n.Workspace, parts = parts[1], parts[2:]
	}
	for i, part := range parts {
		if i%2 == 0 {
			found = append(found, part)
		} else {
			n.IDs = append(n.IDs, part)
		}
	}
	return n, found
}

// known reports whether such resources exist.
func (k Kind) known() bool {
	return !slices.ContainsFunc(k, func(c string) bool { return !slices.Contains(collections, c) })
}

// String returns the word for the kind.
func (k Kind) String() string {
	if len(k) == 0 {
		return "workspace"
	}
	word := singular(k[len(k)-1])
	if word == "version" {
		return strings.TrimSuffix(k[0], "s") + " version"
	}
	return word
}

// singular is the word for one of a collection.
func singular(collection string) string {
	switch collection {
	case "people":
		return "person"
	case "modelAliases":
		return "alias"
	}
	return strings.TrimSuffix(collection, "s")
}

// forms returns the two forms of a name, for people.
func (k Kind) forms() string {
	short, full := "WORKSPACE", "workspaces/WORKSPACE"
	for i, c := range k {
		id := strings.ToUpper(singular(c))
		full += "/" + c + "/" + id
		if i == 0 {
			short = id
		} else {
			short += "/" + id
		}
	}
	return short + " or " + full
}

// Path returns the path of a resource below its workspace.
func (k Kind) Path(n Name) string {
	var b strings.Builder
	for i, c := range k {
		b.WriteString("/" + c + "/" + url.PathEscape(n.IDs[i]))
	}
	return b.String()
}
