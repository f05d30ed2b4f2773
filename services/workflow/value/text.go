package value

import (
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/keyhole-dev/keyhole/services/workflow/number"
)

// Text formats a value like Python's str: True, None, [1, 'a'].
func Text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case Placeholder:
		return string(v)
	case time.Time:
		return strings.Replace(ISO(v), "T", " ", 1)
	}
	var b strings.Builder
	write(&b, v)
	return b.String()
}

// write appends Python's repr of a value, as inside of a list.
func write(b *strings.Builder, v any) {
	switch v := Shallow(v).(type) {
	case nil:
		b.WriteString("None")
	case bool:
		b.WriteString(map[bool]string{true: "True", false: "False"}[v])
	case int64, *big.Int:
		b.WriteString(number.Text(v))
	case float64:
		b.WriteString(FloatText(v))
	case string:
		quote(b, v)
	case []byte:
		b.WriteByte('b')
		quote(b, string(v))
	case []any:
		writeList(b, v)
	case map[string]any:
		writeMap(b, v)
	case *Detections:
		fmt.Fprintf(b, "Detections(%d)", v.Len())
	case *Image:
		fmt.Fprintf(b, "Image(%dx%d)", v.Width(), v.Height())
	default:
		fmt.Fprintf(b, "%v", v)
	}
}

func writeList(b *strings.Builder, v []any) {
	b.WriteByte('[')
	for i, item := range v {
		if i > 0 {
			b.WriteString(", ")
		}
		write(b, item)
	}
	b.WriteByte(']')
}

func writeMap(b *strings.Builder, v map[string]any) {
	b.WriteByte('{')
	for i, key := range slices.Sorted(maps.Keys(v)) {
		if i > 0 {
			b.WriteString(", ")
		}
		quote(b, key)
		b.WriteString(": ")
		write(b, v[key])
	}
	b.WriteByte('}')
}

// FloatText is Python's repr of a float: the shortest text that reads back, always with a
// point or an exponent, and with an exponent from 1e16 on.
func FloatText(f float64) string {
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	}
	if size := math.Abs(f); size != 0 && (size < 1e-4 || size >= 1e16) {
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	text := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

// quote prefers single quotes and escapes unprintable characters.
func quote(b *strings.Builder, s string) {
	mark := '\''
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		mark = '"'
	}
	b.WriteRune(mark)
	for _, r := range s {
		switch {
		case r == mark || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(b, `\x%02x`, r)
		case !unicode.IsPrint(r) && r <= 0xffff:
			fmt.Fprintf(b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteRune(mark)
}

// noZone is the location of timestamps without a zone. It has its own address, because a
// timestamp in UTC has a zone.
var noZone = time.FixedZone("", 0)

// WithoutZone returns the same instant as a timestamp without a zone, in UTC.
func WithoutZone(t time.Time) time.Time { return t.In(noZone) }

// parseTime reads a timestamp in ISO 8601 form, with or without a zone.
func parseTime(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, true
		}
	}
	for _, layout := range []string{"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02T15:04", time.DateOnly} {
		if at, err := time.ParseInLocation(layout, text, noZone); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// ISO formats a timestamp for results. It has a fraction of six digits only if the fraction
// is not zero, and a zone only if the timestamp has one.
func ISO(t time.Time) string {
	layout := "2006-01-02T15:04:05"
	if t.Nanosecond()/1000 != 0 {
		layout += ".000000"
	}
	if t.Location() != noZone {
		layout += "-07:00"
	}
	return t.Format(layout)
}
