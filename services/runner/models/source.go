package models

import (
	"context"
	"io"
)

// Source finds the models of one run. The runner implements it over the registry with the
// run's grant, so that the right to a model is checked on every use, even if its file is
// cached.
type Source interface {
	// Resolve finds a model by its ID in the definition. Its error is shown to the user.
	Resolve(ctx context.Context, id string) (Artifact, error)
}

// Artifact is the file of a model version.
type Artifact struct {
	// ID is the full ID: workspace/model/version.
	ID string
	// Task is the task that the model was created for. A package may state it too.
	Task string
	// Tenant is the workspace that owns the model. Tenants do not share workers.
	Tenant string
	// SHA256 is the hash of the file, in hex. It is the file's name in the cache and is
	// checked after the download.
	SHA256 string
	// Size is the size in bytes, 0 if unknown.
	Size int64
	// Fetch writes the file. It is called only if the cache does not have it.
	Fetch func(ctx context.Context, w io.Writer) error
}
