package layout_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Files of a circle must be read together, because each needs another one to be understood.
// So a circle of files is refused.
const maxCircle = 1

// circles lists the packages that may have a larger circle of files, with the reason. Each
// value is a ceiling.
var circles = map[string]struct {
	files int
	why   string
}{
	"services/vault/guard/unpack": {2, "archives contain content, and content contains archives"},
}

// worker is the program that needs cgo. A pattern does not match it in a build without.
const worker = "services/modelworker/cmd/keyhole-model-worker"

// compiled is a package with its files and the export data of what it imports.
type compiled struct {
	ImportPath, Dir, Export string
	GoFiles, IgnoredGoFiles []string
	Module                  *struct{ Path string }
}

// needsCgo reports whether a package has no files in a build without cgo.
func (p compiled) needsCgo() bool { return len(p.GoFiles) == 0 }

// files returns the files that a program compiles. Of a package that needs cgo, these are
// the files that a build without cgo ignores.
func (p compiled) files(t *testing.T) []string {
	t.Helper()
	if !p.needsCgo() {
		return p.GoFiles
	}
	var names []string
	with := build.Default
	with.CgoEnabled = true
	for _, name := range p.IgnoredGoFiles {
		match, err := with.MatchFile(p.Dir, name)
		if err != nil {
			t.Fatal(err)
		}
		if match && !strings.HasSuffix(name, "_test.go") {
			names = append(names, name)
		}
	}
	return names
}

// compile builds packages and what they import, and returns our own packages and the files
// with export data by import path. It builds without cgo, like the programs, so that the
// build cache has most of it.
func compile(t *testing.T) (packages []compiled, exports map[string]string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles,IgnoredGoFiles,Module",
		"./services/...", "./gateway/...", "./deploy/...", "./"+worker)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	exports = map[string]string{}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p compiled
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return packages, exports
		} else if err != nil {
			t.Fatal(err)
		}
		exports[p.ImportPath] = p.Export
		if strings.HasPrefix(p.ImportPath, ours) && !strings.HasPrefix(p.ImportPath, ours+"proto/") && len(p.files(t)) > 1 {
			packages = append(packages, p)
		}
	}
}

// fileGraph has an edge from a file to each file of the same package that declares a
// function, method, type, variable or constant that it uses. The receiver of a method does
// not count as a use, because the methods of a type may be in several files.
func fileGraph(t *testing.T, p compiled, fset *token.FileSet, imports types.Importer) map[string][]string {
	t.Helper()
	var files []*ast.File
	for _, name := range p.files(t) {
		file, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: imports}
	if p.needsCgo() {
		// What a library with cgo declares is unknown here. Uses of our own declarations
		// are found without it.
		config.Error = func(error) {}
	}
	checked, err := config.Check(p.ImportPath, fset, files, info)
	if err != nil && !p.needsCgo() {
		t.Fatalf("%s: %v", p.ImportPath, err)
	}
	receivers := receiverNames(files)
	graph := map[string][]string{}
	for id, object := range info.Uses {
		if receivers[id] || object.Pkg() != checked || !declares(object, checked) {
			continue
		}
		from, to := filepath.Base(fset.Position(id.Pos()).Filename), filepath.Base(fset.Position(object.Pos()).Filename)
		if from != to && !slices.Contains(graph[from], to) {
			graph[from] = append(graph[from], to)
		}
	}
	return graph
}

// declares reports whether an object is a top-level declaration or a method of the package.
func declares(object types.Object, in *types.Package) bool {
	if f, ok := object.(*types.Func); ok && f.Signature().Recv() != nil {
		return !types.IsInterface(f.Signature().Recv().Type())
	}
	return object.Parent() == in.Scope()
}

func receiverNames(files []*ast.File) map[*ast.Ident]bool {
	names := map[*ast.Ident]bool{}
	for _, file := range files {
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil {
				ast.Inspect(f.Recv, func(n ast.Node) bool {
					if id, ok := n.(*ast.Ident); ok {
						names[id] = true
					}
					return true
				})
			}
		}
	}
	return names
}

// circlesOf returns the circles of a graph: the files from each of which all others of the
// circle can be reached. Tarjan's algorithm.
func circlesOf(graph map[string][]string) [][]string {
	var (
		found   [][]string
		stack   []string
		index   = map[string]int{}
		lowest  = map[string]int{}
		onStack = map[string]bool{}
		visit   func(string)
	)
	visit = func(file string) {
		index[file], lowest[file] = len(index)+1, len(index)+1
		stack, onStack[file] = append(stack, file), true
		for _, next := range graph[file] {
			if index[next] == 0 {
				visit(next)
				lowest[file] = min(lowest[file], lowest[next])
			} else if onStack[next] {
				lowest[file] = min(lowest[file], index[next])
			}
		}
		if lowest[file] == index[file] {
			at := slices.Index(stack, file)
			circle := slices.Clone(stack[at:])
			stack = stack[:at]
			for _, member := range circle {
				onStack[member] = false
			}
			slices.Sort(circle)
			found = append(found, circle)
		}
	}
	for file := range graph {
		if index[file] == 0 {
			visit(file)
		}
	}
	return found
}

func TestNoCircleOfFiles(t *testing.T) {
	t.Parallel()
	packages, exports := compile(t)
	fset := token.NewFileSet()
	imports := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		if exports[path] == "" {
			return nil, fmt.Errorf("%s was not built", path)
		}
		return os.Open(exports[path])
	})
	listed := map[string]bool{}
	if !slices.ContainsFunc(packages, func(p compiled) bool { return p.ImportPath == ours+worker }) {
		t.Errorf("no files of %s were found", worker)
	}
	for _, p := range packages {
		name := strings.TrimPrefix(p.ImportPath, ours)
		graph := fileGraph(t, p, fset, imports)
		limit, largest := maxCircle, 0
		if c, ok := circles[name]; ok {
			limit, listed[name] = c.files, true
		}
		for _, circle := range circlesOf(graph) {
			largest = max(largest, len(circle))
			if len(circle) > limit {
				t.Errorf("%s: %d files form a circle; at most %d may: %s\n%s", name, len(circle), limit, strings.Join(circle, " "), edges(graph, circle))
			}
		}
		if listed[name] && largest <= maxCircle {
			t.Errorf("%s needs no exception for circles of files: delete its line", name)
		}
	}
	for name, c := range circles {
		if !listed[name] || c.why == "" {
			t.Errorf("circles lists %s, which does not exist or has no reason", name)
		}
	}
}

// edges lists the edges within a circle, for the message.
func edges(graph map[string][]string, circle []string) string {
	var lines []string
	for _, from := range circle {
		var to []string
		for _, file := range graph[from] {
			if slices.Contains(circle, file) {
				to = append(to, file)
			}
		}
		slices.Sort(to)
		lines = append(lines, "  "+from+" -> "+strings.Join(to, " "))
	}
	return strings.Join(lines, "\n")
}
