package layout_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// services all have the same skeleton, so that a reader of one knows the others.
var services = []string{"registry", "runner", "sharing", "vault"}

// skeletonFiles are in the root of each service: what it owns and refuses, its wiring, its two
// endpoints, and what runs in the background.
var skeletonFiles = []string{"doc.go", "endpoints.go", "loops.go", "service.go"}

// skeleton are the functions of each service. New checks and wires; it starts nothing and writes
// nothing. Bootstrap writes what must exist. Run returns when its context ends.
var skeleton = map[string]string{
	"New":              "func(cfg Config, deps Deps) (*Service, error)",
	"Bootstrap":        "func(context.Context) error",
	"Run":              "func(context.Context) error",
	"RegisterPublic":   "func(grpc.ServiceRegistrar)",
	"RegisterInternal": "func(grpc.ServiceRegistrar)",
	"Ready":            "func(context.Context) error",
	"Close":            "func()",
}

func TestServicesHaveOneSkeleton(t *testing.T) {
	t.Parallel()
	for _, service := range services {
		if lacks := missing(t, service); len(lacks) > 0 {
			t.Errorf("services/%s lacks parts of the skeleton:\n%s", service, strings.Join(lacks, "\n"))
		}
	}
}

// missing lists what a service lacks of the skeleton, sorted.
func missing(t *testing.T, service string) []string {
	t.Helper()
	dir := filepath.Join(root, "services", service)
	var lacks []string
	for _, name := range skeletonFiles {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			lacks = append(lacks, "file "+name)
		}
	}
	code := readPackage(t, dir)
	for name, signature := range skeleton {
		if code.functions[name] != signature {
			lacks = append(lacks, name+" "+signature)
		}
	}
	for _, endpoint := range []string{"public", "internal"} {
		if !strings.HasPrefix(code.embeds[endpoint], "Unsafe") {
			lacks = append(lacks, "type "+endpoint+" with an embedded Unsafe server")
		}
	}
	if code.unimplemented {
		lacks = append(lacks, "methods for all RPCs: it embeds an Unimplemented server")
	}
	if _, err := os.Stat(filepath.Join(dir, "migrations")); err == nil && !readPackage(t, filepath.Join(dir, "migrations")).files {
		lacks = append(lacks, "migrations.Files")
	}
	slices.Sort(lacks)
	return lacks
}

// outline has the parts of a package that the skeleton checks.
type outline struct {
	// functions are the signatures of New and of the methods of Service, by name.
	functions map[string]string
	// embeds is the first embedded type of each struct, by the struct's name.
	embeds        map[string]string
	unimplemented bool
	// files reports that the package has a variable Files.
	files bool
}

func readPackage(t *testing.T, dir string) outline {
	t.Helper()
	out := outline{functions: map[string]string{}, embeds: map[string]string{}}
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, out.add)
	}
	return out
}

// add records one node. It does not look into functions.
func (o *outline) add(node ast.Node) bool {
	switch n := node.(type) {
	case *ast.FuncDecl:
		if n.Recv == nil && n.Name.Name == "New" {
			o.functions["New"] = types.ExprString(n.Type)
		} else if n.Recv != nil && receiver(n.Recv.List[0].Type) == "Service" {
			o.functions[n.Name.Name] = unnamed(n.Type)
		}
		return false
	case *ast.TypeSpec:
		if s, ok := n.Type.(*ast.StructType); ok {
			o.addStruct(n.Name.Name, s)
		}
	case *ast.ValueSpec:
		o.files = o.files || n.Names[0].Name == "Files"
	}
	return true
}

func (o *outline) addStruct(name string, s *ast.StructType) {
	for _, field := range s.Fields.List {
		selected, ok := field.Type.(*ast.SelectorExpr)
		if len(field.Names) > 0 || !ok {
			continue
		}
		if o.embeds[name] == "" {
			o.embeds[name] = selected.Sel.Name
		}
		o.unimplemented = o.unimplemented || strings.HasPrefix(selected.Sel.Name, "Unimplemented")
	}
}

// unnamed is a signature without the names of its parameters, which may differ.
func unnamed(f *ast.FuncType) string {
	params := &ast.FieldList{}
	for _, p := range f.Params.List {
		params.List = append(params.List, &ast.Field{Type: p.Type})
	}
	return types.ExprString(&ast.FuncType{Params: params, Results: f.Results})
}

// Columns with a time are named "..._time", in microseconds.
func TestTimeColumnsHaveOneName(t *testing.T) {
	t.Parallel()
	for _, service := range services {
		dir := filepath.Join(root, "services", service, "migrations")
		if _, err := os.Stat(dir); err != nil {
			continue // it has no database
		}
		for _, column := range columns(t, dir) {
			for _, ending := range []string{"_us", "_ms", "_at", "_micros", "created", "updated"} {
				if strings.HasSuffix(column, ending) {
					t.Errorf("services/%s has the column %s: name it ..._time", service, column)
				}
			}
		}
	}
}

// columns are those of a service's tables after all migrations, as "table.column".
func columns(t *testing.T, migrations string) []string {
	t.Helper()
	db, err := sqldb.Open(t.Context(), testkit.SQLite(t), os.DirFS(migrations), sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	rows, err := db.QueryContext(t.Context(), `SELECT t.name || '.' || c.name FROM sqlite_master t, pragma_table_info(t.name) c
	  WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE 'goose_%'`)
	all, err := sqldb.All(rows, err, func(row sqldb.Scanner) (name string, err error) {
		err = row.Scan(&name)
		return name, err
	})
	if err != nil || len(all) == 0 {
		t.Fatalf("%d columns, %v", len(all), err)
	}
	return all
}
