package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// A threat whose test was renamed would have no evidence, and a claim without a test is not
// made.
func TestEveryThreatHasItsTests(t *testing.T) {
	t.Parallel()
	have := tests(t)
	for _, threat := range threats {
		for _, test := range threat.tests {
			if !have[test] {
				t.Errorf("%s: %s is no test", threat.name, test)
			}
		}
	}
	document, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "secure", "threat-model.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range regexp.MustCompile("`(Test[A-Za-z0-9]+)`").FindAllSubmatch(document, -1) {
		if !have[string(name[1])] {
			t.Errorf("the threat model names %s, which is no test", name[1])
		}
	}
}

// tests are the names of all test functions.
func tests(t *testing.T) map[string]bool {
	t.Helper()
	have := map[string]bool{}
	for _, module := range []string{"services", "gateway", "deploy"} {
		err := filepath.WalkDir(filepath.Join("..", "..", "..", module), func(path string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncDecl:
					have[n.Name.Name] = true
				case *ast.BasicLit: // the name of a subtest
					have[strings.Trim(n.Value, `"`)] = true
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return have
}

func TestEventsAreCounted(t *testing.T) {
	t.Parallel()
	events := ""
	for test, action := range map[string]string{
		"TestKill": "fail", "TestKill/one_process": "pass", "TestKill/five_processes": "fail", "TestSizes": "pass",
	} {
		events += fmt.Sprintf(`{"Action":"output","Package":"example.com/p","Test":%q,"Output":"said\n"}`+"\n", test)
		events += fmt.Sprintf(`{"Action":%q,"Package":"example.com/p","Test":%q}`+"\n", action, test)
	}
	var out strings.Builder
	ran, err := follow(strings.NewReader(events), &out)
	if err != nil || !ran.failed || strings.Count(out.String(), "said") != 2 {
		t.Fatalf("failed %v, printed %q: %v", ran.failed, &out, err)
	}
	found := map[string]attack.Result{}
	for _, r := range ran.results() {
		found[r.Name] = r
	}
	if r := found["kill -9 of each program against the provider's own count"]; r.Attempts != 2 || r.Blocked != 1 {
		t.Errorf("subtests: %+v", r)
	}
	// One of its four tests passed. Three did not run.
	if r := found["oversized and endless requests and answers"]; r.Attempts != 4 || r.Blocked != 1 {
		t.Errorf("tests that did not run: %+v", r)
	}
	if table(&out, merge(ran.results())) {
		t.Error("the table says that all was blocked")
	}
}
