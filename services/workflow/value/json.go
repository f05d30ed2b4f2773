package value

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/keyhole-dev/keyhole/services/workflow/number"
)

// Decode parses one JSON value to plain values. If a key occurs twice it keeps the last
// value, as Python does. It copies each string once, because a picture has many megabytes.
func Decode(text []byte) (any, error) {
	d := jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	v, err := decode(d)
	if err != nil {
		return nil, err
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errors.New("text after the JSON value")
	}
	return v, nil
}

func decode(d *jsontext.Decoder) (any, error) {
	token, err := d.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case '{':
		return decodeObject(d)
	case '[':
		return decodeList(d)
	case '"':
		return token.String(), nil
	case '0':
		return decodeNumber(token.String())
	case 't', 'f':
		return token.Bool(), nil
	}
	return nil, nil
}

func decodeNumber(text string) (any, error) {
	n, ok := number.Parse(text)
	if f, isFloat := n.(float64); !ok && (!isFloat || !math.IsInf(f, 0)) { // Python reads 1e999 as infinity too
		return nil, fmt.Errorf("a number has more than %d digits", number.MaxDigits)
	}
	return n, nil
}

func decodeList(d *jsontext.Decoder) (any, error) {
	list := []any{}
	for d.PeekKind() != ']' {
		item, err := decode(d)
		if err != nil {
			return nil, err
		}
		list = append(list, item)
	}
	_, err := d.ReadToken()
	return list, err
}

func decodeObject(d *jsontext.Decoder) (any, error) {
	object := map[string]any{}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		key := name.String() // the token is valid until the next read
		if object[key], err = decode(d); err != nil {
			return nil, err
		}
	}
	_, err := d.ReadToken()
	return object, err
}

// AppendJSON encodes a plain value: keys sorted, floats with a fraction or an exponent as
// in Python, and null for values that JSON does not have.
func AppendJSON(out []byte, v any) ([]byte, error) {
	switch v := Shallow(v).(type) {
	case nil:
		return append(out, "null"...), nil
	case bool:
		return strconv.AppendBool(out, v), nil
	case int64, *big.Int:
		return append(out, number.Text(v)...), nil
	case float64:
		if Finite(v) == nil {
			return append(out, "null"...), nil
		}
		return append(out, FloatText(v)...), nil
	case string:
		out, _ = jsontext.AppendQuote(out, v) // invalid UTF-8 becomes the replacement character
		return out, nil
	case []any:
		return appendList(out, v)
	case map[string]any:
		return appendObject(out, v)
	default:
		return nil, fmt.Errorf("a value of type %T has no JSON form", v)
	}
}

func appendList(out []byte, list []any) (_ []byte, err error) {
	out = append(out, '[')
	for i, item := range list {
		if i > 0 {
			out = append(out, ',')
		}
		if out, err = AppendJSON(out, item); err != nil {
			return nil, err
		}
	}
	return append(out, ']'), nil
}

func appendObject(out []byte, object map[string]any) ([]byte, error) {
	return AppendOrdered(out, object, slices.Sorted(maps.Keys(object)))
}

// AppendOrdered encodes the members of an object that keys names, in that order.
func AppendOrdered(out []byte, object map[string]any, keys []string) (_ []byte, err error) {
	out = append(out, '{')
	first := len(out)
	for _, key := range keys {
		if _, ok := object[key]; !ok {
			continue
		}
		if len(out) > first {
			out = append(out, ',')
		}
		out, _ = jsontext.AppendQuote(out, key) // see AppendJSON
		out = append(out, ':')
		if out, err = AppendJSON(out, object[key]); err != nil {
			return nil, err
		}
	}
	return append(out, '}'), nil
}
