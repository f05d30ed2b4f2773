package gateway

import (
	"net/url"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"github.com/grpc-ecosystem/grpc-gateway/v2/utilities"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// strictQuery refuses parameters that no field takes; the default parser drops
// them in silence.
type strictQuery struct{ runtime.DefaultQueryParser }

// Parse fills target from values.
func (q *strictQuery) Parse(target proto.Message, values url.Values, filter *utilities.DoubleArray) error {
	for name := range values {
		if !hasField(target.ProtoReflect().Descriptor(), strings.Split(name, ".")) {
			return errs.InvalidArgument(errorsv1.Reason_REASON_UNKNOWN_FIELD, "the query has a parameter %q that does not exist here", clip(name)).
				Field(clip(name), "unknown query parameter")
		}
	}
	return q.DefaultQueryParser.Parse(target, values, filter)
}

func hasField(d protoreflect.MessageDescriptor, path []string) bool {
	for i, name := range path {
		f := d.Fields().ByJSONName(name)
		if f == nil {
			f = d.Fields().ByName(protoreflect.Name(name))
		}
		if f == nil {
			return false
		}
		if i == len(path)-1 {
			return true
		}
		if d = f.Message(); d == nil {
			return false
		}
	}
	return false
}

func clip(s string) string {
	if len(s) > 80 {
		return s[:80] + "..."
	}
	return s
}
