package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"

	"github.com/keyhole-dev/keyhole/services/workflow/number"
)

// Encode encodes a value of [Node.Value] as compact JSON with sorted keys. Floats keep a
// fraction, so that they are floats when parsed again.
func Encode(value any) ([]byte, error) {
	var out bytes.Buffer
	if err := encode(&out, value); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func encode(out *bytes.Buffer, value any) error {
	switch v := value.(type) {
	case string:
		out.Write(Quote(v))
	case float64:
		text, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("encoding a number: %w", err)
		}
		out.Write(text)
		if !bytes.ContainsAny(text, ".e") {
			out.WriteString(".0")
		}
	case []any:
		return encodeList(out, v)
	case map[string]any:
		return encodeObject(out, v)
	case nil:
		out.WriteString("null")
	case bool:
		out.WriteString(strconv.FormatBool(v))
	case int64, *big.Int:
		out.WriteString(number.Text(v))
	default:
		return fmt.Errorf("a %T is not a JSON value", value)
	}
	return nil
}

func encodeList(out *bytes.Buffer, list []any) error {
	out.WriteByte('[')
	for i, item := range list {
		if i > 0 {
			out.WriteByte(',')
		}
		if err := encode(out, item); err != nil {
			return err
		}
	}
	out.WriteByte(']')
	return nil
}

func encodeObject(out *bytes.Buffer, object map[string]any) error {
	out.WriteByte('{')
	for i, key := range slices.Sorted(maps.Keys(object)) {
		if i > 0 {
			out.WriteByte(',')
		}
		out.Write(Quote(key))
		out.WriteByte(':')
		if err := encode(out, object[key]); err != nil {
			return err
		}
	}
	out.WriteByte('}')
	return nil
}
