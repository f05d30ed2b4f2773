package gateway

import (
	"bytes"
	"sync"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	jsonv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/json/v1"
)

// isText tells the fields whose bytes are JSON. They pass the gateway as they are:
// protojson would write base64, and a Struct would change large numbers.
func isText(f protoreflect.FieldDescriptor) bool {
	on, _ := proto.GetExtension(f.Options(), jsonv1.E_Text).(bool)
	return on
}

// texts remembers which messages hold such a field, themselves or further down.
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

// Marshal writes a message, a line of a stream, or what grpc-gateway makes of errors.
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
	return m.JSONPb.Marshal(v) //nolint:wrapcheck // grpc-gateway takes it as it is
}

// appendMessage is protojson, but for the fields that are JSON already.
func appendMessage(out []byte, m protoreflect.Message) ([]byte, error) {
	if !holdsText(m.Descriptor()) {
		return protojson.MarshalOptions{}.MarshalAppend(out, m.Interface()) //nolint:wrapcheck // see Marshal
	}
	rest := m.New() // shares what it holds with m, and is written at once
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
