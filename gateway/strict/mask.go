package strict

import (
	"net/url"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"github.com/grpc-ecosystem/grpc-gateway/v2/utilities"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
)

// masks is the default parser of queries, except that a mask may name fields as JSON
// does: updateMask=runAccess. The proto names, run_access, work too.
type masks struct{ runtime.DefaultQueryParser }

// Parse fills target from values.
func (p *masks) Parse(target proto.Message, values url.Values, filter *utilities.DoubleArray) error {
	if err := p.DefaultQueryParser.Parse(target, values, filter); err != nil {
		return err //nolint:wrapcheck // grpc-gateway expects its own errors
	}
	m := target.ProtoReflect()
	for name := range values {
		f := fieldOf(m.Descriptor(), name)
		if f == nil || f.Message() == nil || f.IsList() || f.IsMap() || !m.Has(f) {
			continue
		}
		if mask, ok := m.Get(f).Message().Interface().(*fieldmaskpb.FieldMask); ok {
			for i, path := range mask.GetPaths() {
				mask.Paths[i] = snake(path)
			}
		}
	}
	return nil
}

// snake turns the JSON name of a field back into its proto name.
func snake(path string) string {
	var b strings.Builder
	for _, c := range []byte(path) {
		if 'A' <= c && c <= 'Z' {
			b.WriteByte('_')
			c += 'a' - 'A'
		}
		b.WriteByte(c)
	}
	return b.String()
}
