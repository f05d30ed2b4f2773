package query

import (
	"regexp"
	"strings"
	"time"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

func textOperation(f *fields) operation {
	switch f.kind {
	case "StringToLowerCase":
		return onText(f.kind, strings.ToLower)
	case "StringToUpperCase":
		return onText(f.kind, strings.ToUpper)
	case "StringSubSequence":
		return subSequence(f.kind, int(f.whole("start", 0)), int(f.whole("end", -1)))
	case "StringMatches":
		return matches(f)
	case "ToString":
		return func(r *run, in any) (any, error) { return result(r.text(f.kind, in)) }
	case "ToBoolean":
		return func(_ *run, in any) (any, error) { return value.Truthy(in), nil }
	case "LookupTable":
		return lookup(f.kind, f.dict("lookup_table"))
	case "ConvertDictionaryToJSON":
		return dictionaryToJSON(f.kind)
	case "TimestampToISOFormat":
		return func(_ *run, in any) (any, error) {
			t, ok := in.(time.Time)
			if !ok {
				return nil, wrongType(f.kind, "a timestamp", in)
			}
			return value.ISO(t), nil
		}
	}
	return nil
}

// result converts a typed result to any.
func result[T any](v T, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return v, nil
}

func onText(kind string, change func(string) string) operation {
	return func(r *run, in any) (any, error) {
		s, ok := in.(string)
		if !ok {
			return nil, wrongType(kind, "a string", in)
		}
		if err := r.spend(len(s) / 64); err != nil {
			return nil, err
		}
		return change(s), nil
	}
}

// subSequence slices by characters, with Python's negative positions. The default end of -1
// omits the last character; documents rely on that.
func subSequence(kind string, start, end int) operation {
	return onText(kind, func(s string) string {
		runes := []rune(s)
		from, to := position(start, len(runes)), position(end, len(runes))
		if from >= to {
			return ""
		}
		return string(runes[from:to])
	})
}

func position(i, length int) int {
	if i < 0 {
		i += length
	}
	return min(max(i, 0), length)
}

func matches(f *fields) operation {
	expression := compile(f, f.text("regex"))
	return func(r *run, in any) (any, error) {
		s, ok := in.(string)
		if !ok {
			return nil, wrongType(f.kind, "a string", in)
		}
		if err := r.spend(1 + len(s)/16); err != nil {
			return nil, err
		}
		return expression.MatchString(s), nil
	}
}

// compile compiles a regular expression. Its problem explains how to replace syntax of
// Python that cannot be matched in linear time.
func compile(f *fields, text string) *regexp.Regexp {
	if len(text) > maxRegex {
		f.bad("regex", "is too long")
		return nil
	}
	expression, err := regexp.Compile(strings.ReplaceAll(text, `\Z`, `\z`))
	if err == nil {
		return expression
	}
	for _, part := range []string{"(?=", "(?!", "(?<=", "(?<!", "(?P=", `\1`, `\2`} {
		if strings.Contains(text, part) {
			f.bad("regex", "uses look-around or a back-reference ("+part+"), which is not supported: write the expression without it")
			return nil
		}
	}
	f.bad("regex", "is not a valid regular expression (RE2 syntax)")
	return nil
}

func lookup(kind string, table map[string]any) operation {
	return func(_ *run, in any) (any, error) {
		if key, ok := in.(string); ok {
			if found, ok := table[key]; ok {
				return value.Normal(found), nil
			}
		}
		return nil, fail(classInput, "%s: the value is not a key of the table", kind)
	}
}

func dictionaryToJSON(kind string) operation {
	return func(r *run, in any) (any, error) {
		dict, ok := in.(map[string]any)
		if !ok {
			return nil, wrongType(kind, "an object", in)
		}
		if err := r.bound(kind, dict); err != nil {
			return nil, err
		}
		text, err := DumpJSON(dict)
		if err != nil {
			return nil, fail(classInput, "%s: the object holds a value that JSON cannot represent", kind)
		}
		return text, nil
	}
}

// DumpJSON encodes JSON like Python's json.dumps: with a space after commas and colons, and
// with everything outside of ASCII escaped.
func DumpJSON(v any) (string, error) {
	var b strings.Builder
	if err := dump(&b, value.Normal(v)); err != nil {
		return "", err
	}
	return b.String(), nil
}
