package sharing

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"

	"google.golang.org/protobuf/types/known/structpb"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

func hashOf(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// documentOf writes a definition as the bytes that are stored and hashed: keys in
// order, numbers as short as they can be, so that whole numbers stay whole.
func documentOf(definition *structpb.Struct) ([]byte, error) {
	if definition == nil {
		return nil, errs.InvalidArgument(errorsv1.Reason_REASON_DEFINITION_INVALID, "a definition is needed: an object with version, inputs, steps and outputs").
			Field("definition", "is missing")
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(plain(structpb.NewStructValue(definition))); err != nil {
		return nil, errs.InvalidArgument(errorsv1.Reason_REASON_MALFORMED_JSON, "the definition cannot be written as JSON").Because(err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// plain is the value for encoding/json. JSON has no NaN and no infinity: null.
func plain(v *structpb.Value) any {
	switch k := v.GetKind().(type) {
	case *structpb.Value_NumberValue:
		return number(k.NumberValue)
	case *structpb.Value_StringValue:
		return k.StringValue
	case *structpb.Value_BoolValue:
		return k.BoolValue
	case *structpb.Value_ListValue:
		list := make([]any, len(k.ListValue.GetValues()))
		for i, item := range k.ListValue.GetValues() {
			list[i] = plain(item)
		}
		return list
	case *structpb.Value_StructValue:
		object := make(map[string]any, len(k.StructValue.GetFields()))
		for key, item := range k.StructValue.GetFields() {
			object[key] = plain(item)
		}
		return object
	default:
		return nil
	}
}

func number(f float64) any {
	switch {
	case math.IsNaN(f) || math.IsInf(f, 0):
		return nil
	case f == math.Trunc(f) && math.Abs(f) < 1<<53:
		return int64(f) // else 1e21 and such come out in another form
	default:
		return f
	}
}

// structOf reads stored bytes, which were valid when they were stored. A definition
// that a Struct cannot show is shown empty rather than half.
func structOf(raw []byte) *structpb.Struct {
	out := &structpb.Struct{}
	if err := out.UnmarshalJSON(raw); err != nil {
		return &structpb.Struct{}
	}
	return out
}
