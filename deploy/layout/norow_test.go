package layout_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The stores have one error for a row that does not exist, sqldb.ErrNoRow. A store that
// uses the error of database/sql directly would keep it if ErrNoRow became another.
func TestStoresHaveOneNotFoundError(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "git", "ls-files", "services/*.go")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for file := range strings.FieldsSeq(string(out)) {
		if strings.HasPrefix(file, "services/kit/") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, file))
		if os.IsNotExist(err) {
			continue // it was deleted and that is not committed
		}
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "sql.ErrNoRows") {
			t.Errorf("%s uses sql.ErrNoRows: use sqldb.ErrNoRow, or sqldb.One and sqldb.OrNil", file)
		}
	}
}
