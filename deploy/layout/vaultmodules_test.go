package layout_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Each module that the vault links has its reason in the documents.
func TestEveryModuleOfTheVaultHasAReason(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/secure/vault-modules.md")
	if err != nil {
		t.Fatal(err)
	}
	linked, err := os.ReadFile("../../services/vault/cmd/keyhole-vault/deps.txt")
	if err != nil {
		t.Fatal(err)
	}
	var explained []string
	for _, m := range regexp.MustCompile("`([a-z.]+\\.[a-z]+/[^`]+)`").FindAllSubmatch(page, -1) {
		explained = append(explained, string(m[1]))
	}
	slices.Sort(explained)
	if diff := cmp.Diff(strings.Fields(string(linked)), explained); diff != "" {
		t.Errorf("deps.txt of the vault (-) and docs/secure/vault-modules.md (+) differ:\n%s", diff)
	}
}
