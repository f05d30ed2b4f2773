package models

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/modelpackage"
	"github.com/keyhole-dev/keyhole/services/modelpackage/bpe"
	"github.com/keyhole-dev/keyhole/services/modelworker"
)

// Package is an unpacked model with its settings.
type Package struct {
	*modelpackage.Settings
	digest string
	dir    string

	// mu guards the fields below, which the first use fills in. No worker is asked under it: two
	// runs may ask for the same signature.
	mu        sync.Mutex
	signature *modelworker.Signature
	reader    *dictionary
	encoders  *encoders
}

// load reads a package's settings.
func load(digest, dir string) (*Package, error) {
	settings, err := modelpackage.Read(func(name string) ([]byte, error) {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		return data, err
	})
	if err != nil {
		return nil, err
	}
	p := &Package{Settings: settings, digest: digest, dir: dir}
	if _, err := os.Stat(filepath.Join(dir, modelpackage.DetectFile)); err == nil && settings.Task == "" {
		return p, p.complete(TextRecognition)
	}
	if _, err := os.Stat(filepath.Join(dir, modelpackage.VisualFile)); err == nil && settings.Task == "" {
		return p, p.complete(Embeddings)
	}
	return p, p.complete(settings.Task)
}

// complete checks that the package has the files that a task needs.
func (p *Package) complete(task string) error {
	for _, name := range modelpackage.Files(task) {
		if info, err := os.Stat(filepath.Join(p.dir, name)); err != nil || info.Size() == 0 {
			return badPackage("the model package for %s lacks %s", task, name)
		}
	}
	return nil
}

// model describes a file of the package for the worker.
func (p *Package) model(tenant, name string, client fair.Client) modelworker.Model {
	return modelworker.Model{
		Key: p.digest + "/" + name, Tenant: tenant, Client: client,
		Open: func() (*os.File, error) { return os.Open(filepath.Join(p.dir, name)) },
	}
}

// recognised describes how to run the model of the package.
func (j *job) recognised(ctx context.Context) (*modelpackage.Model, error) {
	signature, err := j.signature(ctx)
	if err != nil {
		return nil, err
	}
	return modelpackage.Recognise(j.task, j.pkg.Settings, signature)
}

// signature returns the model's signature. It is read once for each loaded package, by the
// worker that then runs the model.
func (j *job) signature(ctx context.Context) (*modelworker.Signature, error) {
	j.pkg.mu.Lock()
	known := j.pkg.signature
	j.pkg.mu.Unlock()
	if known != nil {
		return known, nil
	}
	signature, err := j.pool.Describe(ctx, j.weights())
	if err != nil {
		return nil, err
	}
	j.pkg.mu.Lock()
	defer j.pkg.mu.Unlock()
	j.pkg.signature = signature
	return signature, nil
}

// weights is the model of a package with one file.
func (j *job) weights() modelworker.Model {
	return j.pkg.model(j.tenant, modelpackage.WeightsFile, j.client)
}

// encoders are the two models of a package for embeddings.
type encoders struct {
	*modelpackage.Encoders
	words *bpe.Tokenizer
}
