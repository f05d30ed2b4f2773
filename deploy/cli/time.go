package cli

import (
	"fmt"
	"time"
)

// ParseTime reads a day or a time that a person typed, and formats it as the API needs it.
func ParseTime(text string) (string, error) {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC().Format(time.RFC3339), nil
		}
	}
	return "", fmt.Errorf("%q is not a time: give 2026-12-31 or 2026-12-31T12:00:00Z", text)
}
