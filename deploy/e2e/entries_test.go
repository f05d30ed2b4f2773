package e2e_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
)

// entry returns what a visitor gets from one way into a link.
type entry = func(*testing.T, gateVisitor, string) reply

// runEntries start a run. documents are the same for all visitors, signed in or not.
var (
	runEntries = []string{"run", "stream", "form", "picture body", "Roboflow", "Roboflow's infer", "MCP call", "gRPC run"}
	documents  = []string{"page", "embed", "link preview", "sample", "OpenAPI", "QR code", "oEmbed"}
)

// inDefinition is in the definition of everyEntry, and in no description or output.
const inDefinition = "in-the-definition"

func statusOf(status int, lists ...[]string) map[string]int {
	out := map[string]int{}
	for _, list := range lists {
		for _, name := range list {
			out[name] = status
		}
	}
	return out
}

// smallPicture is a small picture.
func smallPicture() []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, 2, 2))) // to memory
	return b.Bytes()
}

// everyEntry makes a workflow that all entries can run, and a link to it. behindGate is in its
// definition and its description.
func (w *tenant) everyEntry(t *testing.T, id string, settings object) (share, token string) {
	t.Helper()
	definition := plain()
	definition["inputs"] = append(definition["inputs"].([]any), object{"type": "WorkflowImage", "name": "image"}) //nolint:forcetypeassert // our own
	step := definition["steps"].([]any)[0].(object)                                                               //nolint:forcetypeassert // our own
	step["template"] = behindGate
	step["data"].(object)["unused"] = inDefinition //nolint:forcetypeassert // our own
	w.post(t, w.path()+"/workflows?workflowId="+id, object{"title": "Title of " + id, "description": behindGate, "definition": definition})
	settings["samples"] = []object{{"title": "One", "input": "image", "value": picture(smallPicture())}}
	return w.share(t, w.path()+"/workflows/"+id, settings)
}

// expire lets the time of a link end.
func (w *tenant) expire(t *testing.T, share string) {
	t.Helper()
	w.must(t, http.MethodPatch, "/v1/"+share, object{"expireTime": time.Now().Add(300 * time.Millisecond).UTC().Format(time.RFC3339Nano)})
	token := w.get(t, "/v1/"+share).text("token")
	eventually(t, limit, "the link expires", func() bool {
		return w.call(t, http.MethodGet, "/v1/shared/"+token, nil).reason() == "SHARE_EXPIRED"
	})
}

// linkEntries are the entries of the gateway, and gRPC. A page that shows nothing but the title counts
// as refused.
func linkEntries(conn *grpc.ClientConn) map[string]entry {
	inputs := object{"inputs": object{"image": picture(smallPicture())}}
	all := map[string]entry{
		"page": pageEntry("/s/"), "embed": pageEntry("/embed/"),
		"link preview": getEntry("/s/TOKEN/preview.png"), "sample": getEntry("/s/TOKEN/sample"),
		"OpenAPI": getEntry("/s/TOKEN/openapi.json"), "QR code": getEntry("/s/TOKEN/qr.svg"),
		"view": getEntry("/v1/shared/TOKEN"),
		"oEmbed": func(t *testing.T, v gateVisitor, token string) reply {
			return v.ask(t, http.MethodGet, "/oembed?url="+v.in.base+"/s/"+token, nil)
		},
		"MCP": mcpEntry("initialize", object{
			"protocolVersion": "2025-06-18", "capabilities": object{}, "clientInfo": object{"name": "e2e", "version": "1"},
		}),
		"MCP call": mcpEntry("tools/call", object{"name": "run", "arguments": inputs["inputs"]}),
		"changes":  func(t *testing.T, v gateVisitor, token string) reply { return v.begins(t, "/s/"+token+"/changes") },
		"watch": func(t *testing.T, v gateVisitor, token string) reply {
			return v.begins(t, "/v1/shared/"+token+":watch")
		},
		"run": postEntry("/v1/shared/TOKEN:run", inputs), "stream": postEntry("/v1/shared/TOKEN:runStream", inputs),
		"form": formEntry,
		"picture body": func(t *testing.T, v gateVisitor, token string) reply {
			return v.ask(t, http.MethodPost, "/v1/shared/"+token+":run", smallPicture(), "Content-Type", "image/png")
		},
		"Roboflow": postEntry("/s/TOKEN/any/workflows/any", inputs), "Roboflow's infer": postEntry("/s/TOKEN/infer/workflows/any/any", inputs),
		"fork": func(t *testing.T, v gateVisitor, token string) reply {
			return v.ask(t, http.MethodPost, "/v1/shared/"+token+":fork", object{"parent": v.name, "validateOnly": true})
		},
		"gRPC view": grpcEntry(func(ctx context.Context, token string) error {
			_, err := sharingv1.NewSharingServiceClient(conn).GetSharedWorkflow(ctx, &sharingv1.GetSharedWorkflowRequest{Token: token})
			return err
		}),
		"gRPC run": grpcEntry(func(ctx context.Context, token string) error {
			_, err := runnerv1.NewRunnerServiceClient(conn).RunSharedWorkflow(ctx, &runnerv1.RunSharedWorkflowRequest{
				Token: token, Inputs: payloadText(inputs["inputs"]),
			})
			return err
		}),
	}
	return all
}

func pageEntry(prefix string) entry {
	return func(t *testing.T, v gateVisitor, token string) reply {
		got := v.ask(t, http.MethodGet, prefix+token, nil)
		if got.status == http.StatusOK && !strings.Contains(string(got.body), behindGate) {
			got.status = http.StatusUnauthorized
		}
		return got
	}
}

func getEntry(path string) entry {
	return func(t *testing.T, v gateVisitor, token string) reply {
		return v.ask(t, http.MethodGet, strings.ReplaceAll(path, "TOKEN", token), nil)
	}
}

func postEntry(path string, body object) entry {
	return func(t *testing.T, v gateVisitor, token string) reply {
		return v.ask(t, http.MethodPost, strings.ReplaceAll(path, "TOKEN", token), body)
	}
}

// mcpEntry sends a message of a client. A tool that answers with an error counts as refused.
func mcpEntry(method string, params object) entry {
	return func(t *testing.T, v gateVisitor, token string) reply {
		got := v.ask(t, http.MethodPost, "/s/"+token+"/mcp", object{"jsonrpc": "2.0", "id": 1, "method": method, "params": params},
			"Accept", "application/json, text/event-stream", "Mcp-Protocol-Version", "2025-06-18")
		if got.status == http.StatusOK && strings.Contains(string(got.body), `"isError":true`) {
			got.status = http.StatusForbidden
		}
		return got
	}
}

func formEntry(t *testing.T, v gateVisitor, token string) reply {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("image", "dot.png")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = file.Write(smallPicture())
	_ = form.WriteField("who", "a form")
	_ = form.Close()
	return v.ask(t, http.MethodPost, "/v1/shared/"+token+":run", body.Bytes(), "Content-Type", form.FormDataContentType())
}

func grpcEntry(call func(context.Context, string) error) entry {
	return func(t *testing.T, v gateVisitor, token string) reply {
		ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+v.key)
		if v.pass != "" {
			ctx = metadata.AppendToOutgoingContext(ctx, "link-pass", v.pass)
		}
		err := call(ctx, token)
		code := map[codes.Code]int{
			codes.OK: 200, codes.Unauthenticated: 401, codes.FailedPrecondition: 403, codes.PermissionDenied: 403, codes.NotFound: 404,
		}[status.Code(err)]
		return reply{status: code, body: fmt.Append(nil, err)}
	}
}
