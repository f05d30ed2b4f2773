package rpc

import (
	"encoding/json"
	"strings"
	"sync"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

// safePrefixes are the verbs of read-only methods.
var safePrefixes = []string{"Get", "List", "BatchGet", "Search", "Check", "Inspect", "Resolve", "Lookup", "Authenticate", "WhoAmI"}

// serviceConfig spreads calls over the addresses of a name, and retries a call when the
// server was UNAVAILABLE before it answered. A connection may break after the work was
// done, so only idempotent methods are retried: read-only ones by their name, and those
// that the proto declares idempotent. grpc always resends a call that it never sent.
var serviceConfig = sync.OnceValue(func() string {
	type name struct {
		Service string `json:"service"`
		Method  string `json:"method"`
	}
	type retry struct {
		MaxAttempts          int      `json:"maxAttempts"`
		InitialBackoff       string   `json:"initialBackoff"`
		MaxBackoff           string   `json:"maxBackoff"`
		BackoffMultiplier    float64  `json:"backoffMultiplier"`
		RetryableStatusCodes []string `json:"retryableStatusCodes"`
	}
	type methodConfig struct {
		Name        []name `json:"name"`
		RetryPolicy retry  `json:"retryPolicy"`
	}
	var names []name
	protoregistry.GlobalFiles.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		if !strings.HasPrefix(string(f.Package()), "keyhole.") {
			return true
		}
		for i := range f.Services().Len() {
			s := f.Services().Get(i)
			for j := range s.Methods().Len() {
				if m := s.Methods().Get(j); repeatable(m) {
					names = append(names, name{string(s.FullName()), string(m.Name())})
				}
			}
		}
		return true
	})
	config := map[string]any{"loadBalancingConfig": []any{map[string]any{"round_robin": map[string]any{}}}}
	if len(names) > 0 {
		config["methodConfig"] = []methodConfig{{Name: names, RetryPolicy: retry{
			MaxAttempts: 4, InitialBackoff: "0.02s", MaxBackoff: "0.5s", BackoffMultiplier: 3,
			RetryableStatusCodes: []string{"UNAVAILABLE"},
		}}}
	}
	b, _ := json.Marshal(config) // strings and numbers
	return string(b)
})

func repeatable(m protoreflect.MethodDescriptor) bool {
	if m.IsStreamingClient() {
		return false
	}
	if o, ok := m.Options().(*descriptorpb.MethodOptions); ok && o.GetIdempotencyLevel() != descriptorpb.MethodOptions_IDEMPOTENCY_UNKNOWN {
		return true
	}
	for _, p := range safePrefixes {
		if strings.HasPrefix(string(m.Name()), p) {
			return true
		}
	}
	return false
}
