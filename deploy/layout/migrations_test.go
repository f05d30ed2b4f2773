package layout_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A migration that has landed never changes: a database that has run it would not run it
// again, and would lack what the code expects. A new one gets a line in migrations.sum, in
// the format of sha256sum.
func TestMigrationsStay(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(root, "services/*/migrations/*.sql"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d migrations, %v", len(files), err)
	}
	var sums strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name, err := filepath.Rel(root, file)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(text), filepath.ToSlash(name))
	}
	kept, err := os.ReadFile("migrations.sum")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(kept), sums.String()); diff != "" {
		t.Errorf("migrations are not those that have landed (-landed +here); write a new one instead of changing one:\n%s", diff)
	}
}
