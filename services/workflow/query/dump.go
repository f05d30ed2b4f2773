package query

import (
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/keyhole-dev/keyhole/services/workflow/number"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

func dump(b *strings.Builder, v any) error {
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case int64, *big.Int:
		b.WriteString(number.Text(v))
	case float64:
		b.WriteString(dumpFloat(v))
	case string:
		quoteJSON(b, v)
	case []any:
		return dumpList(b, v)
	case map[string]any:
		return dumpMap(b, v)
	default:
		return fail(classInput, "%s cannot be written as JSON", typeName(v))
	}
	return nil
}

func dumpFloat(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 0):
		return strings.Replace(value.FloatText(f), "inf", "Infinity", 1)
	}
	return value.FloatText(f)
}

func dumpList(b *strings.Builder, v []any) error {
	b.WriteByte('[')
	for i, item := range v {
		if i > 0 {
			b.WriteString(", ")
		}
		if err := dump(b, item); err != nil {
			return err
		}
	}
	b.WriteByte(']')
	return nil
}

func dumpMap(b *strings.Builder, v map[string]any) error {
	b.WriteByte('{')
	for i, key := range slices.Sorted(maps.Keys(v)) {
		if i > 0 {
			b.WriteString(", ")
		}
		quoteJSON(b, key)
		b.WriteString(": ")
		if err := dump(b, v[key]); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

func quoteJSON(b *strings.Builder, s string) {
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ' || r >= 0x7f:
			escapeRune(b, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
}

func escapeRune(b *strings.Builder, r rune) {
	if high, low := utf16.EncodeRune(r); high != '\ufffd' {
		fmt.Fprintf(b, `\u%04x\u%04x`, high, low)
		return
	}
	fmt.Fprintf(b, `\u%04x`, r)
}
