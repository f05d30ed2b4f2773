package show

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/term"
)

// Printer prints replies.
type Printer struct {
	out io.Writer
	// JSON prints each reply unchanged.
	JSON bool
	// colour marks headings and states; zone is where times are shown.
	colour bool
	zone   *time.Location
}

// New returns a printer to out. It uses colours only where out is a terminal and NO_COLOR
// (https://no-color.org) is unset.
func New(out io.Writer, asJSON bool) Printer {
	return Printer{out: out, JSON: asJSON, colour: IsTerminal(out) && os.Getenv("NO_COLOR") == "", zone: time.Local}
}

// IsTerminal reports whether w is a terminal.
func IsTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// One prints the named fields of a resource, one below the other.
func (p Printer) One(r Object, fields ...string) error {
	if p.JSON {
		return p.Raw(r)
	}
	var t table
	for _, field := range fields {
		v := r[field]
		if field == "notices" {
			field, v = "warning", warnings(v)
		}
		if empty(v) {
			continue
		}
		for i, line := range p.lines(field, v) {
			heading := ""
			if i == 0 {
				heading, line = label(field), p.titled(r, field, line)
			}
			t.add(heading, line)
		}
	}
	return t.write(p, false)
}

// List prints the named fields of each element of a page, a row for each.
func (p Printer) List(page Object, list string, fields ...string) error {
	if p.JSON {
		return p.Raw(page)
	}
	rows, _ := page[list].([]any)
	if len(rows) == 0 && page["nextPageToken"] == nil {
		return p.Text("None.")
	}
	if err := p.rows(rows, fields...); err != nil {
		return err
	}
	if next, _ := page["nextPageToken"].(string); next != "" {
		return p.Text("More: add --page-token %s", next)
	}
	return nil
}

// Section prints a heading and rows below it, or nothing when there are none. JSON output
// has no sections.
func (p Printer) Section(heading string, rows []any, fields ...string) error {
	if len(rows) == 0 || p.JSON {
		return nil
	}
	if err := p.Text("\n%s", heading); err != nil {
		return err
	}
	// A section is short, so empty columns are omitted.
	said := slices.DeleteFunc(slices.Clone(fields), func(field string) bool {
		return !slices.ContainsFunc(rows, func(row any) bool { r, _ := row.(Object); return !empty(r[field]) })
	})
	return p.rows(rows, said...)
}

func (p Printer) rows(rows []any, fields ...string) error {
	var t table
	heads := make([]string, len(fields))
	for i, field := range fields {
		heads[i] = strings.ToUpper(label(field))
	}
	t.add(heads...)
	for _, row := range rows {
		r, _ := row.(Object)
		cells := make([]string, len(fields))
		for i, field := range fields {
			cells[i] = p.titled(r, field, brief(field, p.cell(field, r[field])))
		}
		t.add(cells...)
	}
	return t.write(p, true)
}

// Text prints a sentence.
func (p Printer) Text(format string, args ...any) error {
	_, err := fmt.Fprintf(p.out, format+"\n", args...)
	return err
}

// Raw prints v as JSON.
func (p Printer) Raw(v any) error {
	e := json.NewEncoder(p.out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// table aligns columns. Colours are added after that, since they take no width.
type table [][]string

func (t *table) add(cells ...string) { *t = append(*t, cells) }

func (t table) write(p Printer, headed bool) error {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 4, 2, ' ', 0)
	for _, row := range t {
		_, _ = fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	_ = w.Flush() // a strings.Builder never fails
	for i, line := range strings.SplitAfter(b.String(), "\n") {
		line = strings.TrimRight(line, " \n")
		if i == len(t) {
			break
		}
		if p.colour {
			line = paint(line, headed && i == 0)
		}
		if _, err := fmt.Fprintln(p.out, line); err != nil {
			return err
		}
	}
	return nil
}
