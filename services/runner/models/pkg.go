package models

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/modelworker"
)

// Tasks of packages.
const (
	ObjectDetection = "object-detection"
	TextRecognition = "text-recognition"
)

// Package is an unpacked model with its settings.
type Package struct {
	// Task is the model's task. A bare model without settings is treated as a detector.
	Task   string
	config *inferenceConfig
	// names of the classes, nil if the package has none.
	names  []string
	digest string
	dir    string

	// mu guards the fields below, which the first use fills in. No worker is asked under it: two
	// runs may ask for the same signature.
	mu        sync.Mutex
	signature *modelworker.Signature
	reader    *dictionary
}

// load reads a package's settings.
func load(digest, dir string) (*Package, error) {
	p := &Package{digest: digest, dir: dir, Task: ObjectDetection}
	var about struct {
		TaskType string `json:"task_type"`
	}
	if _, err := readJSON(dir, modelConfig, &about); err != nil {
		return nil, err
	}
	if about.TaskType != "" {
		p.Task = about.TaskType
	}
	var config inferenceConfig
	found, err := readJSON(dir, inferConfig, &config)
	if err != nil {
		return nil, err
	}
	if found {
		if err := config.check(); err != nil {
			return nil, err
		}
		p.config = &config
	}
	names, err := os.ReadFile(filepath.Join(dir, classNames))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err == nil {
		p.names = strings.Split(strings.TrimRight(strings.ReplaceAll(string(names), "\r\n", "\n"), "\n"), "\n")
	}
	return p, p.complete()
}

// complete checks that the package has the files that its task needs.
func (p *Package) complete() error {
	needed := []string{weightsFile}
	if p.Task == TextRecognition {
		needed = []string{detectFile, recogniseFile, dictFile}
	}
	for _, name := range needed {
		if info, err := os.Stat(filepath.Join(p.dir, name)); err != nil || info.Size() == 0 {
			return badPackage("the model package for %s lacks %s", p.Task, name)
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

func readJSON(dir, name string, into any) (found bool, err error) {
	data, err := os.ReadFile(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read %s: %w", name, err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return false, badPackage("%s in the model package is invalid", name).Because(err)
	}
	return true, nil
}
