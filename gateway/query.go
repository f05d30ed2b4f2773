package gateway

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"github.com/grpc-ecosystem/grpc-gateway/v2/utilities"
	"google.golang.org/protobuf/reflect/protoreflect"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// maxNamed bounds how many parameters a refusal names.
const maxNamed = 20

// checkQuery refuses every parameter that the method cannot take, by name.
func (m *method) checkQuery(raw string) error {
	var refusal *errs.Error
	seen := map[string]bool{}
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		name, what, reason := m.problem(pair, seen)
		switch {
		case what == "":
			continue
		case refusal == nil && reason == errorsv1.Reason_REASON_UNKNOWN_FIELD:
			refusal = errs.InvalidArgument(reason, "the query has a parameter %q that does not exist here", name)
		case refusal == nil:
			refusal = errs.InvalidArgument(reason, "the query has a parameter %q that cannot be taken: %s", name, what)
		}
		if refusal = refusal.Field(name, what); len(refusal.Violations()) == maxNamed {
			return refusal
		}
	}
	if refusal == nil {
		return nil
	}
	return refusal
}

// problem is what is wrong with one parameter, or "". The value is never quoted: it
// may be a key in the wrong place.
func (m *method) problem(pair string, seen map[string]bool) (name, what string, reason errorsv1.Reason) {
	invalid, unknown := errorsv1.Reason_REASON_INVALID_REQUEST, errorsv1.Reason_REASON_UNKNOWN_FIELD
	raw, _, _ := strings.Cut(pair, "=")
	values, err := url.ParseQuery(pair)
	if err != nil {
		return clip(raw), "not encoded: what is no letter or digit is written as %XX", invalid
	}
	var value string
	for name = range values { // one: a pair is what stands between two &
		value = values.Get(name)
	}
	path, field := m.resolve(name)
	switch {
	case field == nil && m.passedOn && !strings.Contains(strings.ToLower(name), "key"):
		return name, "", 0
	case field == nil:
		return clip(name), "unknown query parameter", unknown
	case m.path[path]:
		return clip(name), "the path says it, not the query", unknown
	case m.body == "*" || m.body == strings.Split(path, ".")[0]:
		return clip(name), "belongs into the body", unknown
	case seen[path] && !field.IsList():
		return clip(name), "given more than once", invalid
	case !utf8.ValidString(value):
		return clip(name), notText, invalid
	}
	seen[path] = true
	if (&runtime.DefaultQueryParser{}).Parse(m.input.New().Interface(), values, utilities.NewDoubleArray(nil)) != nil {
		return clip(name), "wanted: " + wanted(field), invalid
	}
	return name, "", 0
}

// resolve finds the field that a parameter names, and its path in the contract.
// The fields of times and masks are none of ours.
func (m *method) resolve(name string) (path string, field protoreflect.FieldDescriptor) {
	var names []string
	d := m.input.Descriptor()
	for part := range strings.SplitSeq(name, ".") {
		if d == nil || wellKnown(d) {
			return "", nil
		}
		if field = fieldOf(d, part); field == nil {
			return "", nil
		}
		names, d = append(names, string(field.Name())), field.Message()
	}
	return strings.Join(names, "."), field
}

// wanted describes the values of a field.
func wanted(f protoreflect.FieldDescriptor) string {
	switch f.Kind() {
	case protoreflect.BoolKind:
		return "true or false"
	case protoreflect.EnumKind:
		values := f.Enum().Values()
		names := make([]string, 0, values.Len())
		for i := range values.Len() {
			names = append(names, string(values.Get(i).Name()))
		}
		return "one of " + strings.Join(names, ", ")
	case protoreflect.FloatKind, protoreflect.DoubleKind:
		return "a number"
	case protoreflect.BytesKind:
		return "base64"
	case protoreflect.MessageKind, protoreflect.GroupKind:
		if f.Message().FullName() == "google.protobuf.Timestamp" {
			return "a time like 2026-01-31T12:00:00Z"
		}
		return "a value of the form that is described at /openapi.json"
	default:
		return "a whole number"
	}
}

func clip(s string) string {
	if len(s) > 80 {
		return s[:80] + "..."
	}
	return s
}
