package share

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/cli"
)

// presentation sets what visitors read, from files.
func (f Flags) presentation(e *cli.Edit) error {
	if f.Presentation == "none" {
		e.Set("presentation", cli.Object{})
		return nil
	}
	if f.Presentation != "" {
		raw, err := os.ReadFile(f.Presentation)
		if err != nil {
			return fmt.Errorf("read presentation: %w", err)
		}
		var fields cli.Object
		if err := json.Unmarshal(raw, &fields); err != nil {
			return fmt.Errorf("presentation %s is not a JSON object: %w", f.Presentation, err)
		}
		e.Set("presentation", fields)
	}
	if f.Guide == "" {
		return nil
	}
	raw, err := os.ReadFile(f.Guide)
	if err != nil {
		return fmt.Errorf("read guide: %w", err)
	}
	e.Set("presentation.guide", string(raw))
	return nil
}

// titled splits "TITLE: NAME=VALUE". A sample needs no title.
func titled(text string) (title, input string) {
	name, _, _ := strings.Cut(text, "=")
	head := strings.TrimSuffix(name, ":") // "name:=JSON"
	if at := strings.LastIndex(head, ":"); at >= 0 {
		return strings.TrimSpace(text[:at]), strings.TrimSpace(text[at+1:])
	}
	return "", text
}
