package layout_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// bounds limit how much code a reader of one package must know. Tests and generated code do
// not count.
type bounds struct {
	files, lines int
	methods      int // of the receiver that has the most
	// why is the reason why a package may exceed the usual bounds, or until when.
	why string
}

var usual = bounds{files: 20, lines: 2000, methods: 40}

// larger lists the packages that exceed the usual bounds. Each value is a ceiling.
// A package that fits the usual bounds must leave the list.
var larger = map[string]bounds{
	"services/runner/engine":  {files: 20, lines: 2250, methods: 40, why: "one executor; its states and its scheduling share one structure"},
	"services/workflow/value": {files: 22, lines: 2800, methods: 40, why: "one type a file, and all of them convert into each other"},
	"services/workflow/query": {files: 21, lines: 2400, methods: 40, why: "the operations of one language, which recurse into each other"},
	"services/workflow/plan":  {files: 20, lines: 2500, methods: 40, why: "one compiler with its passes over one structure"},
}

// measure counts one package folder. It returns no files for a folder without any.
func measure(t *testing.T, dir string) (b bounds) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	methods := map[string]int{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if ast.IsGenerated(parsed) {
			continue
		}
		b.files++
		b.lines += bytes.Count(text, []byte("\n"))
		for _, d := range parsed.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil {
				name := receiver(f.Recv.List[0].Type)
				methods[name]++
				b.methods = max(b.methods, methods[name])
			}
		}
	}
	return b
}

// receiver is the name of a receiver's type without pointer and type parameters.
func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

func (b bounds) within(limit bounds) bool {
	return b.files <= limit.files && b.lines <= limit.lines && b.methods <= limit.methods
}

func TestPackagesAreSmall(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, top := range []string{"services", "gateway", "deploy"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.IsDir() {
				return err
			}
			if d.Name() == "node_modules" || d.Name() == "testdata" {
				return filepath.SkipDir
			}
			name, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			known[filepath.ToSlash(name)] = true
			checkBounds(t, filepath.ToSlash(name), measure(t, path))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for name := range larger {
		if !known[name] {
			t.Errorf("%s is listed as larger and does not exist: delete its line", name)
		}
	}
}

func checkBounds(t *testing.T, name string, has bounds) {
	t.Helper()
	limit, listed := larger[name]
	if !listed {
		limit = usual
	}
	if !has.within(limit) {
		t.Errorf("%s has %d files, %d lines and %d methods on one type; at most %d, %d and %d are allowed: split it",
			name, has.files, has.lines, has.methods, limit.files, limit.lines, limit.methods)
	}
	if listed && (limit.why == "" || has.within(usual)) {
		t.Errorf("%s has no reason to be listed as larger (%d files, %d lines, %d methods): delete its line", name, has.files, has.lines, has.methods)
	}
}
