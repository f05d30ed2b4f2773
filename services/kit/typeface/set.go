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

// Set is the fonts that there are. It is safe for concurrent use.
type Set struct {
	regular, bold *font.Font
	folder        string
	further       func() []*font.Font
}

// Open reads the fonts that the program carries. Further ones are read from the folder
// when they are first needed; "" is the folder "fonts" next to the program. A folder
// that does not exist has none.
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
	s.further = sync.OnceValue(s.readFolder)
	return s, nil
}

func parse(file []byte) (*font.Font, error) {
	face, err := font.ParseTTF(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	return face.Font, nil
}

// readFolder reads the fonts in the order of their names, which is the order in which
// they are asked for a character. A file that is no font is passed over.
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
