package api

import "testing"

func TestHeadersThatReachGRPC(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Authorization", "Keyhole-Principal", "Grpc-Metadata-Keyhole-Principal", "X-Forwarded-For", "Cookie", "Host", "X-Request-Id", "Keyhole-Visitor"} {
		if to, ok := incomingHeader(name); ok {
			t.Errorf("%s reaches gRPC as %s", name, to)
		}
	}
	if to, ok := incomingHeader("traceparent"); !ok || to != "traceparent" {
		t.Error("traces are cut at the gateway")
	}
}
