package show

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// lines formats a value of any depth, without JSON.
func (p Printer) lines(field string, v any) []string {
	switch v := v.(type) {
	case []any:
		if !slices.ContainsFunc(v, isNested) && !slices.ContainsFunc(v, isLong) {
			return []string{p.cell(field, v)}
		}
		var out []string
		for _, item := range v {
			out = append(out, p.lines(field, item)...)
		}
		return out
	case Object:
		if !slices.ContainsFunc(slices.Collect(maps.Values(v)), isNested) {
			return []string{p.cell(field, v)}
		}
		var out []string
		for _, key := range keys(v) {
			if empty(v[key]) {
				continue
			}
			nested := p.lines(key, v[key])
			out = append(out, label(key)+": "+nested[0])
			for _, line := range nested[1:] {
				out = append(out, "  "+line)
			}
		}
		return out
	}
	return []string{p.cell(field, v)}
}

// empty reports whether v has no content.
func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case Object:
		return len(v) == 0
	}
	return false
}

// keys returns the fields of an object, with the identifying fields first.
func keys(o Object) []string {
	return slices.SortedFunc(maps.Keys(o), func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
	})
}

func rank(field string) int {
	if i := slices.Index([]string{"step", "name", "scope", "kind", "field", "state"}, field); i >= 0 {
		return i
	}
	return 100
}

// isLong reports whether v is a sentence, which is printed on a separate line.
func isLong(v any) bool {
	s, ok := v.(string)
	return ok && len(s) > 60
}

func isNested(v any) bool {
	switch v := v.(type) {
	case Object:
		return true
	case []any:
		return slices.ContainsFunc(v, isNested)
	}
	return false
}

// cell formats a value in one line.
func (p Printer) cell(field string, v any) string {
	switch v := v.(type) {
	case nil:
		return "-"
	case string:
		return Printable(p.text(field, v))
	case bool:
		return map[bool]string{true: "yes", false: "no"}[v]
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = p.cell(field, v[i])
		}
		return strings.Join(parts, ", ")
	case Object:
		parts := make([]string, 0, len(v))
		for _, key := range keys(v) {
			if !empty(v[key]) {
				parts = append(parts, label(key)+" "+p.cell(key, v[key]))
			}
		}
		return strings.Join(parts, ", ")
	default:
		return fmt.Sprint(v)
	}
}

// titled puts the title of what a field names before the name: "Website (greet/one)". A group
// of usage has its title in the field "title".
func (p Printer) titled(r Object, field, text string) string {
	from := field + "Title"
	if field == "group" {
		from = "title"
	}
	if title, _ := r[from].(string); title != "" && title != text {
		return Printable(title) + " (" + text + ")"
	}
	return text
}

// text formats a string for people: a time, a word of an enumeration, or a name.
func (p Printer) text(field, s string) string {
	switch {
	case s == "":
		return "-"
	case field == "time" || strings.HasSuffix(field, "Time"):
		if at, err := time.Parse(time.RFC3339, s); err == nil {
			return at.In(p.zone).Format("2006-01-02 15:04:05")
		}
	case field == "resource":
		return inWorkspace.ReplaceAllString(s, "")
	case field == "sizeBytes":
		return size(s)
	case strings.HasPrefix(s, "https://"):
		return strings.TrimSuffix(s, ":443") // the port that an address means anyway
	case strings.HasPrefix(s, "templates/"):
		return strings.TrimPrefix(s, "templates/")
	}
	if word, ok := words()[s]; ok {
		return word
	}
	if resource.MatchString(s) {
		return Short(s)
	}
	return s
}

var (
	inWorkspace = regexp.MustCompile(`^workspaces/[a-z0-9-]+/`)
	resource    = regexp.MustCompile(`^workspaces/[^/ ]+(/(keys|credentials|models|workflows|runs|versions|shares|people|invitations|sessions)/[^/ ]+)*$`)
)

// Short returns a resource's name as commands accept it: the IDs without collections and
// workspace. Names of the workspace "operator" stay whole, because most readers belong to
// another workspace.
func Short(name string) string {
	parts := strings.Split(name, "/")
	if len(parts) > 2 && parts[1] == "operator" {
		return name
	}
	var ids []string
	for i := 1; i < len(parts); i += 2 {
		ids = append(ids, parts[i])
	}
	if len(ids) > 1 {
		ids = ids[1:]
	}
	return strings.Join(ids, "/")
}

// Object is a reply or a part of one.
type Object = map[string]any
