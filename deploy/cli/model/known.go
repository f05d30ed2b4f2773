package model

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/cli/name"
	"github.com/keyhole-dev/keyhole/deploy/client"
	"github.com/keyhole-dev/keyhole/services/workflow/wellknown"
)

// known is a public model that can be imported by name.
type known struct{ wellknown.Model }

// knownModel finds a model by name.
func knownModel(name string) (known, error) {
	if m, ok := wellknown.Find(name); ok {
		return known{m}, nil
	}
	all, err := wellknown.Models()
	if err != nil {
		return known{}, err
	}
	var names []string
	for _, m := range all {
		names = append(names, m.Name)
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

// alias maps the other names of the model to it. It does not change a name that is already
// mapped.
func (k known) alias(ctx context.Context, a *cli.App, id string, public bool) error {
	cl, model, err := a.At(ctx, name.Model, id)
	if err != nil {
		return err
	}
	workspace := path.Dir(path.Dir(model))
	if path.Base(workspace) == "operator" && !public {
		return nil // an alias of the operator is for everyone, and this model is not
	}
	for _, other := range append([]string{k.Name}, k.Aliases...) {
		if other == path.Base(model) {
			continue
		}
		err := cl.Do(ctx, http.MethodPost, workspace+"/modelAliases", nil, cli.Object{"alias": other, "model": strings.TrimPrefix(model, "/v1/")}, nil)
		if err != nil && !client.IsReason(err, "ALREADY_EXISTS") {
			return err
		}
		if err == nil {
			_, _ = fmt.Fprintf(os.Stderr, "Workflows that say %s run with it too.\n", other)
		}
	}
	return nil
}
