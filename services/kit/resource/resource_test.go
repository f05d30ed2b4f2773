package resource_test

import (
	"slices"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/resource"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	if ws, id, ok := resource.Split("workspaces/demo/keys/a", "keys"); !ok || ws != "demo" || id != "a" {
		t.Errorf("got %q, %q, %v", ws, id, ok)
	}
	for _, name := range []string{"", "workspaces/demo", "workspaces//keys/a", "workspaces/demo/keys/", "workspaces/demo/models/a", "workspaces/demo/keys/a/b"} {
		if _, _, ok := resource.Split(name, "keys"); ok {
			t.Errorf("%q is the name of a key", name)
		}
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		paths, want []string
		refused     bool
	}{
		{paths: nil, want: nil},
		{paths: []string{"title", "name"}, want: []string{"title"}},
		{paths: []string{"name"}, want: []string{}},
		{paths: []string{"title", "hash"}, refused: true},
	} {
		got, err := resource.Mask(c.paths, []string{"title"}, []string{"name"})
		if (err != nil) != c.refused || !slices.Equal(got, c.want) || (got == nil) != (c.want == nil) {
			t.Errorf("%v: %v, %v", c.paths, got, err)
		}
	}
}
