package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGeneratedIsCurrent fails if the manifests differ from the source. To fix it, run go
// generate in package manifest.
func TestGeneratedIsCurrent(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../source/blocks.txt")
	if err != nil {
		t.Fatal(err)
	}
	files, err := generate(string(source))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("../generated", name))
		if err != nil || string(got) != string(want) {
			t.Errorf("%s is not current (%v)", name, err)
		}
	}
	there, err := filepath.Glob("../generated/*.json")
	if err != nil || len(there) != len(files) {
		t.Errorf("%d files, want %d (%v)", len(there), len(files), err)
	}
}

func TestFaultsAreNamed(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"title x":                              "before a block",
		"block a\nfield x: nothing":            "unknown type",
		"block a\nfield x: int{at=1}":          "no bound",
		"block a\nfield x: ref<image":          `no ">"`,
		"block a\nfield x: list[text":          "no ]",
		"block a\nfield x: one(\"a\"":          "a closed set",
		"block a\nfield x: int = ":             "line 2",
		"block a\nfield x: int int":            "after the types",
		"block a\nfield : int":                 "no field",
		"block a\nholds host":                  "before a field",
		"block a\nfield x: int\nsecret openai": "a secret has",
		"block a\noutput_offset x":             "line 2",
		"block a\nrule x":                      "no rule",
		"block a\nexplode":                     "before a field",
	} {
		_, err := read(source)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", source, err, want)
		}
	}
}
