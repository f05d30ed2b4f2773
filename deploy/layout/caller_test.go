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

// readers are the functions that read the caller of a request from its context: a principal, or
// the peer service. audit.CallerOf makes an actor of it.
var readers = []string{"caller.From", "caller.Peer", "audit.CallerOf"}

// Only handlers read the caller from the context. All other code gets the caller as a parameter,
// so a reader sees on whose behalf it acts, and a wrong context cannot change that.
func TestOnlyHandlersReadTheCaller(t *testing.T) {
	t.Parallel()
	for _, service := range services {
		for _, where := range readsIn(t, filepath.Join(root, "services", service), isHandler) {
			t.Errorf("%s reads the caller and is not the method of an RPC: take the caller as a parameter", where)
		}
	}
	for _, where := range readsIn(t, filepath.Join(root, "gateway"), authenticates) {
		t.Errorf("%s reads the caller and does not authenticate it: take the caller as a parameter", where)
	}
}

// readsIn returns the places below a folder where functions read the caller that must not.
func readsIn(t *testing.T, folder string, may func(*ast.FuncDecl) bool) (places []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == "node_modules" {
			return filepath.SkipDir
		}
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		places = append(places, readsOutside(t, path, may)...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return places
}

// readsOutside returns the places in a file where functions read the caller that must not.
func readsOutside(t *testing.T, path string, may func(*ast.FuncDecl) bool) (places []string) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if ok && (may(f) || file.Name.Name == "audit" && f.Name.Name == "CallerOf") {
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

// authenticates reports whether a function of the gateway puts the caller into the context, or
// reports on the proof that did.
func authenticates(f *ast.FuncDecl) (does bool) {
	if f.Recv != nil && types.ExprString(f.Recv.List[0].Type) == "Proof" {
		return true
	}
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.SelectorExpr)
		does = does || ok && call.Sel.Name == "As"
		return !does
	})
	return does
}
