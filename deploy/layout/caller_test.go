package layout_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// readers read the caller of a request from its context. audit.CallerOf makes an actor of it.
var readers = []string{"caller.From", "audit.CallerOf"}

// Only a handler reads the caller from the context. All other code has the caller as a parameter,
// so that a reader sees on whose behalf it acts, and no other context can change that.
func TestOnlyHandlersReadTheCaller(t *testing.T) {
	t.Parallel()
	for _, service := range services {
		err := filepath.WalkDir(filepath.Join(root, "services", service), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			for _, where := range readsOutsideHandlers(t, path) {
				t.Errorf("%s reads the caller and is not the method of an RPC: take the caller as a parameter", where)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// readsOutsideHandlers returns the places in a file at which other functions than handlers read
// the caller.
func readsOutsideHandlers(t *testing.T, path string) (places []string) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if ok && (isHandler(f) || file.Name.Name == "audit" && f.Name.Name == "CallerOf") {
			continue
		}
		ast.Inspect(d, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && slices.Contains(readers, types.ExprString(call.Fun)) {
				places = append(places, files.Position(call.Pos()).String())
			}
			return true
		})
	}
	return places
}

// isHandler reports whether a function is the method of an RPC: it takes a message of the
// contract, or a stream of them.
func isHandler(f *ast.FuncDecl) bool {
	if f.Recv == nil || !f.Name.IsExported() {
		return false
	}
	return slices.ContainsFunc(f.Type.Params.List, func(p *ast.Field) bool {
		of := types.ExprString(p.Type)
		return strings.HasPrefix(of, "*") && strings.Contains(of, "v1.") || strings.HasPrefix(of, "grpc.") || strings.HasSuffix(of, "Stream")
	})
}
