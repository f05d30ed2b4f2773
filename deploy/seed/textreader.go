package seed

import (
	"fmt"
	"os"
	"path/filepath"
)

// TextReader returns the package of the text-reading model, which make build leaves next to
// the program.
func TextReader() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find this program: %w", err)
	}
	path := filepath.Join(filepath.Dir(self), "models", "pp-ocr.zip")
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("%s is missing: run make build", path)
	}
	return path, nil
}
