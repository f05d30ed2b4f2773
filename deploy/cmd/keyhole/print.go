package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

type object = map[string]any

// printer shows replies: as tables to people, as JSON to scripts.
type printer struct {
	out  io.Writer
	json bool
}

// one prints a resource: the named fields, a line each.
func (p printer) one(r object, fields ...string) error {
	if p.json {
		return p.raw(r)
	}
	w := tabwriter.NewWriter(p.out, 0, 4, 2, ' ', 0)
	for _, f := range fields {
		if v, ok := r[f]; ok {
			_, _ = fmt.Fprintf(w, "%s\t%s\n", label(f), cell(v))
		}
	}
	return w.Flush()
}

// table prints a listing: the named fields, a column each.
func (p printer) table(reply object, list string, fields ...string) error {
	if p.json {
		return p.raw(reply)
	}
	w := tabwriter.NewWriter(p.out, 0, 4, 2, ' ', 0)
	heads := make([]string, len(fields))
	for i, f := range fields {
		heads[i] = strings.ToUpper(label(f))
	}
	_, _ = fmt.Fprintln(w, strings.Join(heads, "\t"))
	rows, _ := reply[list].([]any)
	for _, row := range rows {
		r, _ := row.(object)
		cells := make([]string, len(fields))
		for i, f := range fields {
			cells[i] = cell(r[f])
		}
		_, _ = fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if next, _ := reply["nextPageToken"].(string); next != "" {
		_, err := fmt.Fprintf(p.out, "more: --page-token %s\n", next)
		return err
	}
	return nil
}

func (p printer) raw(v any) error {
	e := json.NewEncoder(p.out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// label makes "liveVersion" readable.
func label(field string) string {
	var b strings.Builder
	for _, r := range field {
		if r >= 'A' && r <= 'Z' {
			b.WriteByte(' ')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// cell shows a value in one line. What comes from a server may hold control
// characters that would drive a terminal; they are not passed on.
func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return "-"
	case string:
		return printable(v)
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = cell(v[i])
		}
		return strings.Join(parts, ", ")
	case object:
		raw, _ := json.Marshal(v) // it came from JSON
		return printable(string(raw))
	default:
		return fmt.Sprint(v)
	}
}

func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return '�'
		}
		return r
	}, s)
}
