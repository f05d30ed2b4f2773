package main

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/client"
)

// kind is the kind of a resource: the collections in its name.
type kind []string

var (
	aWorkspace    = kind{}
	aKey          = kind{"keys"}
	aCredential   = kind{"credentials"}
	aModel        = kind{"models"}
	aModelVersion = kind{"models", "versions"}
	aWorkflow     = kind{"workflows"}
	aVersion      = kind{"workflows", "versions"}
	aShare        = kind{"workflows", "shares"}
	aRun          = kind{"runs"}
	aSession      = kind{"sessions"}
	aPerson       = kind{"people"}
	anInvitation  = kind{"invitations"}
)

var collections = []string{"workspaces", "keys", "credentials", "models", "versions", "workflows", "shares", "runs", "sessions", "people", "invitations"}

// name is the name of a resource as the user typed it, in its own workspace or in the
// workspace of the key.
type name struct {
	workspace string
	ids       []string
}

// parse accepts each form of a name: the full name, which this program prints; the name
// without its workspace; or only the ids.
func (k kind) parse(text string) (name, error) {
	parts := strings.Split(strings.TrimSuffix(text, "/"), "/")
	n, found := name{ids: parts}, k
	if slices.Contains(collections, parts[0]) {
		n, found = dissect(parts)
	} else if len(k) == 0 && len(parts) == 1 {
		n = name{workspace: n.ids[0]} // the only ID of a workspace is its own
	}
	switch {
	case slices.Contains(parts, "") || !found.known() || len(n.ids) != len(found):
		return name{}, fmt.Errorf("%q is not the name of a %s: give %s", text, k, k.forms())
	case !slices.Equal(found, k):
		return name{}, fmt.Errorf("%q is a %s, not a %s: give %s", text, found, k, k.forms())
	}
	return n, nil
}

// dissect splits the collections of a name from its IDs.
func dissect(parts []string) (n name, found kind) {
	if parts[0] == "workspaces" && len(parts) > 1 {
		n.workspace, parts = parts[1], parts[2:]
	}
	for i, part := range parts {
		if i%2 == 0 {
			found = append(found, part)
		} else {
			n.ids = append(n.ids, part)
		}
	}
	return n, found
}

// known reports whether such resources exist.
func (k kind) known() bool {
	return !slices.ContainsFunc(k, func(c string) bool { return !slices.Contains(collections, c) })
}

// String returns the word for the kind.
func (k kind) String() string {
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
	if collection == "people" {
		return "person"
	}
	return strings.TrimSuffix(collection, "s")
}

// forms returns the two forms of a name, for people.
func (k kind) forms() string {
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

// path returns the path of a resource below its workspace.
func (k kind) path(n name) string {
	var b strings.Builder
	for i, c := range k {
		b.WriteString("/" + c + "/" + url.PathEscape(n.ids[i]))
	}
	return b.String()
}

// at makes the client and returns the path of the resource.
func (a *app) at(k kind, text string) (*client.Client, string, error) {
	n, err := k.parse(text)
	if err != nil {
		return nil, "", err
	}
	if n.workspace == "" {
		cl, parent, err := a.conn.parent(a.ctx)
		return cl, parent + k.path(n), err
	}
	cl, err := a.conn.client()
	return cl, "/v1/workspaces/" + url.PathEscape(n.workspace) + k.path(n), err
}

// about sends one request about a named resource and prints the reply.
func (a *app) about(method string, k kind, text, verb string, query url.Values, body any, fields ...string) error {
	cl, path, err := a.at(k, text)
	if err != nil {
		return err
	}
	var reply object
	if err := cl.Do(a.ctx, method, path+verb, query, body, &reply); err != nil {
		return err
	}
	return a.print().One(reply, fields...)
}

// listBelow prints one page of a collection of a named resource.
func (a *app) listBelow(k kind, text, list string, page PageFlags, query url.Values, fields ...string) error {
	cl, path, err := a.at(k, text)
	if err != nil {
		return err
	}
	return a.listAt(cl, path+"/"+list, list, page, query, fields...)
}

// remove deletes a named resource.
func (a *app) remove(k kind, text string) error {
	return a.about(http.MethodDelete, k, text, "", nil, nil)
}
