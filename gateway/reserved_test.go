package gateway

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestPathsAreReservedIDs looks for each first path segment of dispatch, and each word after /app/ that the web app
// uses, among the ids that the vault reserves: Roboflow's routes begin with the id of a workspace, and the console's
// too.
func TestPathsAreReservedIDs(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../services/vault/workspaces/reserved.go")
	if err != nil {
		t.Fatal(err)
	}
	words := append(cases(t, "dispatch.go"), "sign-in", "sign-out", "sign-up", "join", "mcp", "oembed", "readiness", "invitations", "people")
	routes, err := os.ReadFile("web/src/console/routes.tsx")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`"/app/([a-z-]+)"`).FindAllSubmatch(routes, -1) {
		words = append(words, string(m[1]))
	}
	id := regexp.MustCompile(`^[a-z][a-z0-9-]{1,38}[a-z0-9]$`)
	for _, w := range words {
		if id.MatchString(w) && !strings.Contains(string(raw), strconv.Quote(w)) {
			t.Errorf("a workspace could have the id %q, which is a path of the gateway", w)
		}
	}
	if len(words) < 15 {
		t.Errorf("only %q", words)
	}
}

// cases are the strings of the switches in a file.
func cases(t *testing.T, file string) (out []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if c, ok := n.(*ast.CaseClause); ok {
			for _, e := range c.List {
				if l, ok := e.(*ast.BasicLit); ok {
					text, _ := strconv.Unquote(l.Value)
					out = append(out, text)
				}
			}
		}
		return true
	})
	return out
}
