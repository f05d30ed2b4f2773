package layout_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the deps.txt files")

const (
	ours = "github.com/keyhole-dev/keyhole/"
	root = "../.."
)

// programs are all programs of the repository, by package.
var programs = []string{
	"deploy/cmd/keyhole", "gateway/cmd/keyhole-gateway", "services/modelworker/cmd/keyhole-model-worker",
	"services/registry/cmd/keyhole-registry", "services/runner/cmd/keyhole-runner",
	"services/sharing/cmd/keyhole-sharing", "services/vault/cmd/keyhole-vault",
}

type pkg struct {
	ImportPath, Name string
	Standard         bool
	Imports          []string
	CgoFiles         []string
	Module           *struct{ Path string }
}

func list(t *testing.T, args ...string) []pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list", "-json=ImportPath,Name,Standard,Imports,CgoFiles,Module"}, args...)...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list %v: %v\n%s", args, err, stderr.String())
	}
	var all []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// layer returns the part of the repository that a package belongs to. Services do not know
// each other, and what they share knows no service.
func layer(path string) string {
	path = strings.TrimPrefix(path, ours)
	parts := strings.SplitN(path, "/", 3)
	if parts[0] == "services" && len(parts) > 1 {
		return "services/" + parts[1]
	}
	return parts[0]
}

// allowed are the allowed directions of imports. Each layer may also import itself.
var allowed = map[string][]string{
	"proto":                 {},
	"services/kit":          {"proto"},
	"services/workflow":     {"proto", "services/kit"},
	"services/modelworker":  {"proto", "services/kit"},
	"services/modelpackage": {"proto", "services/kit", "services/modelworker"},
	"services/vault":        {"proto", "services/kit", "services/workflow"},
	"services/sharing":      {"proto", "services/kit", "services/workflow"},
	"services/registry":     {"proto", "services/kit", "services/modelworker", "services/modelpackage"},
	"services/runner":       {"proto", "services/kit", "services/workflow", "services/modelworker", "services/modelpackage"},
	"gateway":               {"proto", "services/kit"},
	"deploy":                {"proto", "services/kit", "services/workflow", "services/modelworker", "services/modelpackage", "services/vault", "services/sharing", "services/registry", "services/runner", "gateway"},
}

func TestImportsPointOneWay(t *testing.T) {
	t.Parallel()
	for _, p := range list(t, "./proto/...", "./services/...", "./gateway/...", "./deploy/...") {
		from := layer(p.ImportPath)
		arrows, known := allowed[from]
		if !known {
			t.Errorf("%s is of no known layer", p.ImportPath)
		}
		for _, imported := range p.Imports {
			if !strings.HasPrefix(imported, ours) {
				continue
			}
			if to := layer(imported); to != from && !slices.Contains(arrows, to) {
				t.Errorf("%s imports %s: %s may not know %s", p.ImportPath, imported, from, to)
			}
		}
	}
}

func TestOnlyTheModelWorkerNeedsCgo(t *testing.T) {
	t.Parallel()
	for _, program := range programs {
		var cgo []string
		for _, p := range list(t, "-deps", "./"+program) {
			if len(p.CgoFiles) > 0 && !p.Standard {
				cgo = append(cgo, p.ImportPath)
			}
		}
		if worker := strings.HasSuffix(program, "model-worker"); worker != (len(cgo) > 0) {
			t.Errorf("%s links cgo packages %v", program, cgo)
		}
	}
}

// TestModulesOfEachProgram compares with the deps.txt next to each main: the linked modules
// of a program are its attack surface, and a review must see a new one.
func TestModulesOfEachProgram(t *testing.T) {
	t.Parallel()
	for _, program := range programs {
		var modules []string
		for _, p := range list(t, "-deps", "./"+program) {
			if p.Module != nil && !strings.HasPrefix(p.Module.Path+"/", ours) {
				modules = append(modules, p.Module.Path)
			}
		}
		slices.Sort(modules)
		got := strings.Join(slices.Compact(modules), "\n") + "\n"
		file := filepath.Join(root, program, "deps.txt")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s links other modules than its deps.txt says (go test ./deploy/layout -update, if that is meant):\n%s", program, diff)
		}
	}
}
