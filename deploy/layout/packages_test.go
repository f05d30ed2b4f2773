package layout_test

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"
)

// parts are the services, the gateway and the commands of keyhole. packages.txt lists the packages of each,
// and which other packages of the same part each of them imports:
//
//	gateway/strict: reply
//	gateway/cmd/keyhole-gateway: . listen
//
// Names are relative to the part; "." is its root. A new package, or a new import within a
// part, needs its line here, so that a review sees the direction of imports. The test
// prints the missing line.
var parts = []string{"deploy/cli", "gateway", "services/registry", "services/runner", "services/sharing", "services/vault"}

// partOf returns the part that a package belongs to, or "".
func partOf(path string) string {
	for _, part := range parts {
		if path == part || strings.HasPrefix(path, part+"/") {
			return part
		}
	}
	return ""
}

// insideImports returns what a package imports of its own part.
func insideImports(p pkg, part string) []string {
	var names []string
	for _, imported := range p.Imports {
		path := strings.TrimPrefix(imported, ours)
		if path == imported || partOf(path) != part {
			continue
		}
		name := strings.TrimPrefix(strings.TrimPrefix(path, part), "/")
		if name == "" {
			name = "."
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// readPackages returns the lines of packages.txt by package.
func readPackages(t *testing.T) map[string]string {
	t.Helper()
	file, err := os.Open("packages.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	lines := map[string]string{}
	for s := bufio.NewScanner(file); s.Scan(); {
		line := strings.TrimSpace(s.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, imports, ok := strings.Cut(line, ":")
		if _, twice := lines[name]; !ok || twice {
			t.Errorf("packages.txt: the line %q is malformed or a duplicate", line)
		}
		lines[name] = strings.Join(strings.Fields(imports), " ")
	}
	return lines
}

// TestImportsWithinEachPart compares every package of a part with packages.txt.
// Go refuses cycles of packages; the file keeps the direction.
func TestImportsWithinEachPart(t *testing.T) {
	t.Parallel()
	want := readPackages(t)
	for _, p := range list(t, "./services/...", "./gateway/...", "./deploy/...") {
		path := strings.TrimPrefix(p.ImportPath, ours)
		part := partOf(path)
		if part == "" {
			continue
		}
		imports := strings.Join(insideImports(p, part), " ")
		line := strings.TrimSpace(path + ": " + imports)
		switch allowed, known := want[path]; {
		case !known:
			t.Errorf("packages.txt has no line for %s; add: %s", path, line)
		case allowed != imports:
			t.Errorf("packages.txt allows %s to import %q, it imports %q; the line would be: %s", path, allowed, imports, line)
		}
		delete(want, path)
	}
	for path := range want {
		t.Errorf("packages.txt has a line for %s, which does not exist", path)
	}
}
