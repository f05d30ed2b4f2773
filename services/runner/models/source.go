package models

import (
	"context"
	"io"
)

// Source finds the models of one run. The runner implements it over the registry
// with the run's grant, so that every use of a model is checked there, whatever
// is cached here.
type Source interface {
	// Resolve finds a model by its id as the definition has it. Its error is shown
	// to the user.
	Resolve(ctx context.Context, id string) (Artifact, error)
}

// Artifact is a model version's one file.
type Artifact struct {
	// ID is the full id: workspace/model/version.
	ID string
	// Tenant is the workspace whose model it is; tenants share no worker.
	Tenant string
	// SHA256 of the file, in hex. It names the file in the cache and is checked.
	SHA256 string
	// Size in bytes, if known.
	Size int64
	// Fetch writes the file. It is called only where the cache lacks it.
	Fetch func(ctx context.Context, w io.Writer) error
}
