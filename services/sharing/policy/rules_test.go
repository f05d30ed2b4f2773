package policy_test

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The rules do no I/O: only the files that read what the rules need take a context, and no
// file writes, logs or keeps time.
func TestTheRulesDoNoIO(t *testing.T) {
	t.Parallel()
	readers := []string{"decide.go", "explain.go", "target.go"}
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < len(readers) {
		t.Fatalf("files %v, %v", files, err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range file.Imports {
			path, _ := strconv.Unquote(i.Path.Value)
			if path == "context" && !slices.Contains(readers, name) {
				t.Errorf("%s takes a context: a rule does no I/O", name)
			}
			if path == "log/slog" || strings.HasPrefix(path, "database/") || strings.HasSuffix(path, "/ledger") {
				t.Errorf("%s imports %s: a decision has no effects", name, path)
			}
		}
	}
}
