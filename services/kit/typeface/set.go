package typeface

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/go-text/typesetting/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
)

// Set is a set of fonts. It is safe for concurrent use.
type Set struct {
	regular, bold *font.Font
	folder        string
	further       func() []*font.Font
}

// Open opens the embedded fonts. It reads further fonts from the folder when they are first
// needed; "" means the folder "fonts" next to the program. The folder need not exist.
func Open(folder string) (*Set, error) {
	regular, err := parse(goregular.TTF)
	if err != nil {
		return nil, fmt.Errorf("read Go Regular: %w", err)
	}
	bold, err := parse(gobold.TTF)
	if err != nil {
		return nil, fmt.Errorf("read Go Bold: %w", err)
	}
	s := &Set{regular: regular, bold: bold, folder: folder}
	s.further = sync.OnceValue(s.readFolder) // most texts never need them
	return s, nil
}

func parse(file []byte) (*font.Font, error) {
	face, err := font.ParseTTF(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	return face.Font, nil
}

// readFolder reads the fonts in the order of their names, which is the order in which they
// are searched for a character. It skips files that are not fonts.
func (s *Set) readFolder() []*font.Font {
	folder := s.folder
	if folder == "" {
		self, err := os.Executable()
		if err != nil {
			return nil
		}
		folder = filepath.Join(filepath.Dir(self), "fonts")
	}
	names, _ := filepath.Glob(filepath.Join(folder, "*.[ot]tf"))
	var fonts []*font.Font
	for _, name := range names {
		if file, err := os.ReadFile(name); err == nil {
			if f, err := parse(file); err == nil {
				fonts = append(fonts, f)
			}
		}
	}
	return fonts
}
