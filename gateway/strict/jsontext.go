package strict

import (
	"bytes"
	"sync"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	jsonv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/json/v1"
)

// isText reports whether the bytes of a field are JSON. Such fields pass unchanged:
// protojson would write base64, and a Struct would change large numbers.
func isText(f protoreflect.FieldDescriptor) bool {
	on, _ := proto.GetExtension(f.Options(), jsonv1.E_Text).(bool)
	return on
}

// texts remembers which messages hold such a field at any depth. It has at most one entry for
// each type of message, and is read far more often than written.
var texts sync.Map // protoreflect.FullName -> bool

func holdsText(d protoreflect.MessageDescriptor) bool {
	if d == nil {
		return false
	}
	if known, ok := texts.Load(d.FullName()); ok {
		return known.(bool)
	}
	found := searchText(d, map[protoreflect.FullName]bool{})
	texts.Store(d.FullName(), found)
	return found
}

func searchText(d protoreflect.MessageDescriptor, seen map[protoreflect.FullName]bool) bool {
	if seen[d.FullName()] {
		return false
	}
	seen[d.FullName()] = true
	for i := range d.Fields().Len() {
		f := d.Fields().Get(i)
		if isText(f) || f.Message() != nil && searchText(f.Message(), seen) {
			return true
		}
	}
	return false
}

// Marshal writes a message, a line of a stream, or the errors of grpc-gateway.
func (m *marshaler) Marshal(v any) ([]byte, error) {
	switch v := v.(type) {
	case proto.Message:
		return appendMessage(nil, v.ProtoReflect())
	case map[string]any: // a line of a stream
		if msg, ok := v["result"].(proto.Message); ok && len(v) == 1 {
			out, err := appendMessage([]byte(`{"result":`), msg.ProtoReflect())
			return append(out, '}'), err
		}
	}
	return m.JSONPb.Marshal(v) //nolint:wrapcheck // grpc-gateway expects its own errors
}

// appendMessage is protojson, except for fields that are already JSON.
func appendMessage(out []byte, m protoreflect.Message) ([]byte, error) {
	if !holdsText(m.Descriptor()) {
		return protojson.MarshalOptions{}.MarshalAppend(out, m.Interface()) //nolint:wrapcheck // see Marshal
	}
	rest := m.New() // shares its values with m, and lives until it is written
	var own []protoreflect.FieldDescriptor
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if isText(f) || holdsText(f.Message()) && !f.IsMap() {
			own = append(own, f)
		} else {
			rest.Set(f, v)
		}
		return true
	})
	out, err := protojson.MarshalOptions{}.MarshalAppend(out, rest.Interface())
	if err != nil {
		return nil, err //nolint:wrapcheck // see Marshal
	}
	for _, f := range own {
		out = bytes.TrimSuffix(out, []byte("}"))
		if out[len(out)-1] != '{' {
			out = append(out, ',')
		}
		out = append(append(append(out, '"'), f.JSONName()...), '"', ':')
		if out, err = appendField(out, f, m.Get(f)); err != nil {
			return nil, err
		}
		out = append(out, '}')
	}
	return out, nil
}

func appendField(out []byte, f protoreflect.FieldDescriptor, v protoreflect.Value) ([]byte, error) {
	switch {
	case isText(f):
		return append(out, v.Bytes()...), nil
	case !f.IsList():
		return appendMessage(out, v.Message())
	}
	out = append(out, '[')
	for i := range v.List().Len() {
		if i > 0 {
			out = append(out, ',')
		}
		var err error
		if out, err = appendMessage(out, v.List().Get(i).Message()); err != nil {
			return nil, err
		}
	}
	return append(out, ']'), nil
}
