package bench

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"testing"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	jsonv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/json/v1"
	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/lifecycle"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
)

// echo returns prepared messages. It is the baseline of all comparisons: the same protobuf,
// the same kind of pipe, the same generated handlers, and none of our code.
type echo struct {
	sharingv1.UnimplementedSharingServiceServer
	runnerv1.UnimplementedRunnerServiceServer
	view *sharingv1.SharedWorkflow
	run  *runnerv1.RunResponse
}

// GetSharedWorkflow implements sharingv1.SharingServiceServer.
func (e *echo) GetSharedWorkflow(context.Context, *sharingv1.GetSharedWorkflowRequest) (*sharingv1.SharedWorkflow, error) {
	return e.view, nil
}

// RunSharedWorkflow implements runnerv1.RunnerServiceServer.
func (e *echo) RunSharedWorkflow(context.Context, *runnerv1.RunSharedWorkflowRequest) (*runnerv1.RunResponse, error) {
	return e.run, nil
}

// newEcho serves an echo of two answers over HTTP; each may be nil.
func newEcho(tb testing.TB, view, run []byte) string {
	tb.Helper()
	e := &echo{view: &sharingv1.SharedWorkflow{}, run: &runnerv1.RunResponse{}}
	if view != nil {
		must(tb, protojson.Unmarshal(encoded(tb, view, e.view), e.view))
	}
	if run != nil {
		must(tb, protojson.Unmarshal(encoded(tb, run, e.run), e.run))
	}
	pipe := rpc.NewPipe()
	server := grpc.NewServer()
	sharingv1.RegisterSharingServiceServer(server, e)
	runnerv1.RegisterRunnerServiceServer(server, e)
	go func() { _ = server.Serve(pipe.Listener()) }()
	tb.Cleanup(server.Stop)
	dial := pipe.As("")
	conn, err := grpc.NewClient("passthrough:///echo", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return dial(ctx) }))
	must(tb, err)
	tb.Cleanup(func() { _ = conn.Close() })
	mux := runtime.NewServeMux()
	must(tb, sharingv1.RegisterSharingServiceHandlerClient(tb.Context(), mux, sharingv1.NewSharingServiceClient(conn)))
	must(tb, runnerv1.RegisterRunnerServiceHandlerClient(tb.Context(), mux, runnerv1.NewRunnerServiceClient(conn)))
	lis, err := lifecycle.Listen(tb.Context(), "127.0.0.1:0")
	must(tb, err)
	front := &http.Server{Handler: mux}
	go func() { _ = front.Serve(lis) }()
	tb.Cleanup(func() { _ = front.Close() })
	return lis.Addr().String()
}

// encoded turns a body of Keyhole's HTTP API into protojson: fields that Keyhole sends as raw JSON
// (option keyhole.json.v1.text) become base64.
func encoded(tb testing.TB, raw []byte, m proto.Message) []byte {
	tb.Helper()
	out, err := json.Marshal(encode(tb, raw, m.ProtoReflect().Descriptor()))
	must(tb, err)
	return out
}

func encode(tb testing.TB, raw []byte, d protoreflect.MessageDescriptor) map[string]any {
	tb.Helper()
	var members map[string]json.RawMessage
	must(tb, json.Unmarshal(raw, &members))
	out := map[string]any{}
	for name, value := range members {
		f := d.Fields().ByJSONName(name)
		switch text, _ := proto.GetExtension(f.Options(), jsonv1.E_Text).(bool); {
		case text:
			out[name] = []byte(value)
		case f.Kind() != protoreflect.MessageKind || value[0] == '"' || f.IsMap():
			out[name] = value
		case f.IsList():
			var items []json.RawMessage
			must(tb, json.Unmarshal(value, &items))
			list := []any{}
			for _, item := range items {
				list = append(list, encode(tb, item, f.Message()))
			}
			out[name] = list
		default:
			out[name] = encode(tb, value, f.Message())
		}
	}
	return out
}
