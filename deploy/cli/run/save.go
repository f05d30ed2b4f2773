package run

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/cli"
)

// savePictures writes every picture of the outputs to a separate file, and replaces it by
// the name of the file.
func savePictures(folder string, outputs []any) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	for i, element := range outputs {
		fields, _ := element.(cli.Object)
		for name, v := range fields {
			picture, _ := v.(cli.Object)
			text, _ := picture["value"].(string)
			if picture["type"] != "base64" || text == "" {
				continue
			}
			raw, err := base64.StdEncoding.DecodeString(text)
			if err != nil {
				return fmt.Errorf("decode picture %s: %w", name, err)
			}
			// The name comes from a definition, so only its letters are used in the path.
			file := filepath.Join(folder, fmt.Sprintf("%s-%d.jpg", plain(name), i))
			if err := os.WriteFile(file, raw, 0o644); err != nil {
				return fmt.Errorf("save picture: %w", err)
			}
			fields[name] = file
		}
	}
	return nil
}

// plain replaces every character that has a meaning in a path.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, name)
}
