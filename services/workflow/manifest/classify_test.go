package manifest_test

import (
	"regexp"
	"slices"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// versions is the number of versions of blocks in the language, identifiers the number of
// their names, including former ones.
const (
	versions    = 235
	identifiers = 305
)

var identifier = regexp.MustCompile(`^[A-Za-z0-9_@/.-]+$`)

// suspects are names of fields that suggest data leaves the workflow there.
var suspects = map[string]*regexp.Regexp{
	"a login":  regexp.MustCompile(`(^|_)(user_?name|user|login|account|sid|credentials?)(_|$)`),
	"a host":   regexp.MustCompile(`(^|_)(host|ip|server|broker|bucket|address|domain)(_|$)`),
	"a URL":    regexp.MustCompile(`(^|_)(url|uri|endpoint|webhook|link)(_|$)`),
	"a path":   regexp.MustCompile(`(^|_)(path|directory|dir|folder|file|files|prefix)(_|$)`),
	"a secret": regexp.MustCompile(`(^|_)(key|secrets?|token|password|auth)(_|$)`),
}

// takesText reports whether a constant of the field may be free text.
func takesText(types []manifest.Type) bool {
	for _, t := range types {
		free := t.Literal == manifest.Text || t.Literal == manifest.Value || t.Literal == manifest.Dict || t.Literal == manifest.List
		if free || takesText(t.ListOf) || takesText(t.MapOf) || takesText(t.TupleOf) {
			return true
		}
	}
	return false
}

func kindsOf(types []manifest.Type) []string {
	var kinds []string
	for _, t := range types {
		kinds = append(append(kinds, t.Kinds...), kindsOf(append(slices.Clone(t.ListOf), t.MapOf...))...)
	}
	return kinds
}

// TestEveryFieldThatLeadsOutIsClassified fails for a field whose name or kind looks like a
// secret, a host, a URL, a path or a model, and whose manifest does not classify it.
func TestEveryFieldThatLeadsOutIsClassified(t *testing.T) {
	t.Parallel()
	for _, m := range manifest.Core().All() {
		for i := range m.Fields {
			f := &m.Fields[i]
			isModel := slices.ContainsFunc(m.Models, func(model manifest.Model) bool { return model.Field == f.Name })
			kinds := kindsOf(f.Accepts)
			classified := f.Credential != nil || f.Holds != ""
			if slices.Contains(kinds, "roboflow_model_id") && !isModel && !classified {
				t.Errorf("%s.%s takes the id of a model and is none of its models", m.Type, f.Name)
			}
			if (slices.Contains(kinds, "secret") || slices.Contains(kinds, "ROBOFLOW_MANAGED_KEY")) && f.Credential == nil {
				t.Errorf("%s.%s takes a secret and is no credential", m.Type, f.Name)
			}
			if classified || isModel || !takesText(f.Accepts) {
				continue
			}
			for what, name := range suspects {
				if name.MatchString(f.Name) {
					t.Errorf("%s.%s is named like %s and is not classified", m.Type, f.Name, what)
				}
			}
			if leak.SecretName(f.Name) {
				t.Errorf("%s.%s is named like a secret and is not classified", m.Type, f.Name)
			}
		}
	}
}

// TestWhatSendsSaysWhere requires a destination for each credential, and a network for each
// block that has a destination.
func TestWhatSendsSaysWhere(t *testing.T) {
	t.Parallel()
	for _, m := range manifest.Core().All() {
		for i := range m.Fields {
			c := m.Fields[i].Credential
			if c == nil {
				continue
			}
			if c.Destination == (manifest.Destination{}) || m.Network == nil {
				t.Errorf("%s.%s is a credential that goes nowhere", m.Type, m.Fields[i].Name)
			}
		}
	}
}

func TestEveryVersionHasAManifest(t *testing.T) {
	t.Parallel()
	all := manifest.Core().All()
	if len(all) != versions {
		t.Errorf("%d versions have a manifest, want %d", len(all), versions)
	}
	names := 0
	for _, m := range all {
		for _, name := range append([]string{m.Type}, m.Aliases...) {
			if names++; !identifier.MatchString(name) {
				t.Errorf("%s answers to %q, which is no type", m.Type, name)
			}
		}
		if m.Summary == "" {
			t.Errorf("%s has no help", m.Type)
		}
		if m.NotRunnable != nil && m.NotRunnable.Why() == "" {
			t.Errorf("%s cannot run for a reason without words: %s", m.Type, m.NotRunnable.Reason)
		}
		if m.ReplacedBy == "" {
			continue
		}
		if _, ok := manifest.Core().Find(m.ReplacedBy); !ok {
			t.Errorf("%s is replaced by %s, which does not exist", m.Type, m.ReplacedBy)
		}
	}
	if names != identifiers {
		t.Errorf("the blocks answer to %d types, want %d", names, identifiers)
	}
}
