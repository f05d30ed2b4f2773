package resource

import "strings"

// Segment returns the i-th ID of a resource name: 0 is the workspace, 1 the ID after it,
// and so on. The server has validated the name. A missing segment is "", which matches no
// row.
func Segment(name string, i int) string {
	parts := strings.Split(name, "/")
	if 2*i+1 >= len(parts) {
		return ""
	}
	return parts[2*i+1]
}

// maxSlug bounds a derived ID, in bytes.
const maxSlug = 40

// Slug derives an ID from a title: its letters and digits in lower case, joined by hyphens.
// It is empty if the title has none.
func Slug(title string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(title) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() == maxSlug {
			break
		}
	}
	return strings.Trim(b.String(), "-")
}
