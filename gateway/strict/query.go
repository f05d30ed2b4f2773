package strict

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

// maxNamed bounds the parameters that one error names.
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
			refusal = errs.InvalidArgument("the query has an unknown parameter %q", name).WithReason(reason)
		case refusal == nil:
			refusal = errs.InvalidArgument("the query parameter %q is invalid: %s", name, what).WithReason(reason)
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

// problem says what is wrong with one parameter, or "". It never quotes the value, which
// may be a key in the wrong place.
func (m *method) problem(pair string, seen map[string]bool) (name, what string, reason errorsv1.Reason) {
	invalid, unknown := errorsv1.Reason_REASON_INVALID_REQUEST, errorsv1.Reason_REASON_UNKNOWN_FIELD
	raw, _, _ := strings.Cut(pair, "=")
	values, err := url.ParseQuery(pair)
	if err != nil {
		return clip(raw), "not URL-encoded: write special characters as %XX", invalid
	}
	var value string
	for name = range values { // exactly one: the pair has no &
		value = values.Get(name)
	}
	path, field := m.resolve(name)
	switch {
	case field == nil && m.AnyQuery && !strings.Contains(strings.ToLower(name), "key"):
		return name, "", 0
	case field == nil:
		return clip(name), "unknown query parameter", unknown
	case m.Path[path]:
		return clip(name), "set by the path, not by the query", unknown
	case m.Body == "*" || m.Body == strings.Split(path, ".")[0]:
		return clip(name), "belongs in the body", unknown
	case seen[path] && !field.IsList():
		return clip(name), "given more than once", invalid
	case !utf8.ValidString(value):
		return clip(name), NotText, invalid
	}
	seen[path] = true
	if (&runtime.DefaultQueryParser{}).Parse(m.Input.New().Interface(), values, utilities.NewDoubleArray(nil)) != nil {
		return clip(name), "must be " + wanted(field), invalid
	}
	return name, "", 0
}

// resolve finds the field that a parameter names, and its path of proto names. It does
// not look into times and masks, which are one value in a query.
func (m *method) resolve(name string) (path string, field protoreflect.FieldDescriptor) {
	var names []string
	d := m.Input.Descriptor()
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
		return "as described at /openapi.json"
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
