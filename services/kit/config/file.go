package config

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"
)

// maxFile bounds a settings file.
const maxFile = 1 << 20

// file provides settings from a file. YAML includes JSON.
type file struct {
	path   string
	values map[string]any // by flag name
}

func readFile(path string) (*file, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	defer func() { _ = f.Close() }()
	tree := make(map[string]any)
	if err := yaml.NewDecoder(io.LimitReader(f, maxFile)).Decode(&tree); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read settings from %s: %w", path, err)
	}
	values := make(map[string]any)
	if err := flatten(values, "", tree); err != nil {
		return nil, fmt.Errorf("read settings from %s: %w", path, err)
	}
	return &file{path: path, values: values}, nil
}

// flatten turns {egress: {allow: x}} into egress-allow.
func flatten(out map[string]any, prefix string, tree map[string]any) error {
	for k, v := range tree {
		name := prefix + strings.ReplaceAll(k, "_", "-")
		if sub, ok := v.(map[string]any); ok {
			if err := flatten(out, name+"-", sub); err != nil {
				return err
			}
			continue
		}
		if _, twice := out[name]; twice {
			return fmt.Errorf("%s is set twice", name)
		}
		out[name] = v
	}
	return nil
}

// Validate implements kong.Resolver. An unknown name is an error, because it would
// otherwise be ignored silently.
func (f *file) Validate(app *kong.Application) error {
	unknown := maps.Clone(f.values)
	var visit func(*kong.Node)
	visit = func(n *kong.Node) {
		for _, flag := range n.Flags {
			delete(unknown, flag.Name)
		}
		for _, c := range n.Children {
			visit(c)
		}
	}
	visit(app.Node)
	if len(unknown) > 0 {
		return fmt.Errorf("%s: unknown settings: %s", f.path, strings.Join(slices.Sorted(maps.Keys(unknown)), ", "))
	}
	return nil
}

// Resolve implements kong.Resolver. Variables come before the file.
func (f *file) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, env := range flag.Envs {
		if _, set := os.LookupEnv(env); set {
			return nil, nil
		}
	}
	switch v := f.values[flag.Name].(type) {
	case []any:
		items := make([]string, len(v))
		for i, item := range v {
			items[i] = fmt.Sprint(item)
		}
		return strings.Join(items, ","), nil
	case nil:
		return nil, nil
	default:
		return fmt.Sprint(v), nil
	}
}
