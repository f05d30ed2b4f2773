package rpc_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
)

// seen is every byte of an error that a client can read.
func seen(t *testing.T, err error, mds ...metadata.MD) string {
	t.Helper()
	b, jsonErr := protojson.Marshal(status.Convert(err).Proto())
	if jsonErr != nil {
		t.Fatal(jsonErr)
	}
	return fmt.Sprint(string(b), mds)
}

func TestCausesAreLoggedAndNotSent(t *testing.T) {
	t.Parallel()
	w := newHarness(t)
	client, ctx := w.models(t, ""), bearer(t.Context(), "kh_demo")
	for name, fail := range map[string]func(context.Context) error{
		"foreign": func(context.Context) error { return errSecrets },
		"wrapped": func(context.Context) error {
			return fmt.Errorf("%w: %w", errSecrets, errs.Unavailable("try again"))
		},
		"status": func(context.Context) error { return status.Error(codes.NotFound, errSecrets.Error()) },
		"panic":  func(context.Context) error { panic(errSecrets) },
	} {
		w.set(fail)
		var header, trailer metadata.MD
		_, err := client.GetModel(ctx, demoModel, grpc.Header(&header), grpc.Trailer(&trailer))
		if out := seen(t, err, header, trailer); err == nil || strings.Contains(out, "hunter2") || strings.Contains(out, "goroutine") {
			t.Errorf("%s: the client sees %s", name, out)
		}
		if !strings.Contains(w.log.String(), "hunter2") {
			t.Errorf("%s: the log does not have the cause", name)
		}
	}
	w.set(func(context.Context) error { panic("boom") })
	_, err := client.GetModel(ctx, demoModel)
	want(t, "panic", err, codes.Internal, errorsv1.Reason_REASON_INTERNAL)
	if !strings.Contains(w.log.String(), "panic: boom") || !strings.Contains(w.log.String(), "server_test.go") {
		t.Error("the log does not say where it panicked")
	}
}

func TestStreamPanicsAndErrorsToo(t *testing.T) {
	t.Parallel()
	w := newHarness(t)
	for name, fail := range map[string]func(context.Context) error{
		"panic": func(context.Context) error { panic(errSecrets) },
		"error": func(context.Context) error { return errSecrets },
	} {
		w.set(fail)
		s, err := w.runModels(t, "runner").DownloadRunModel(t.Context(), &registryinternalv1.DownloadRunModelRequest{Grant: "g", Version: "v"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Recv()
		want(t, name, err, codes.Internal, errorsv1.Reason_REASON_INTERNAL)
		if strings.Contains(seen(t, err, s.Trailer()), "hunter2") {
			t.Errorf("%s: the client sees the cause", name)
		}
	}
}

func TestValidationNamesTheFields(t *testing.T) {
	t.Parallel()
	_, err := newHarness(t).models(t, "").GetModel(bearer(t.Context(), "kh_demo"), &registryv1.GetModelRequest{Name: "nonsense"})
	want(t, "invalid", err, codes.InvalidArgument, errorsv1.Reason_REASON_INVALID_REQUEST)
	for _, d := range status.Convert(err).Details() {
		if bad, ok := d.(*errdetails.BadRequest); ok && bad.GetFieldViolations()[0].GetField() == "name" {
			return
		}
	}
	t.Errorf("no violation names the field: %v", seen(t, err))
}

func TestRequestID(t *testing.T) {
	t.Parallel()
	w := newHarness(t)
	idOf := func(peer, sent string) string {
		ctx := caller.WithCall(t.Context(), "", sent)
		ctx = caller.With(ctx, caller.Principal{Assertion: w.assert(t, "vault", keys["kh_demo"], time.Minute)})
		if peer == "" {
			ctx = as(t.Context(), "authorization", "Bearer kh_demo", "x-request-id", sent)
		}
		var header metadata.MD
		if _, err := w.models(t, peer).GetModel(ctx, demoModel, grpc.Header(&header)); err != nil {
			t.Fatal(err)
		}
		id := caller.RequestID(w.last(t))
		if got := header.Get("x-request-id"); len(got) != 1 || got[0] != id {
			t.Errorf("header %v, handler %q", got, id)
		}
		return id
	}
	if id := idOf("gateway", "req-from-gateway"); id != "req-from-gateway" {
		t.Errorf("a peer's id became %q", id)
	}
	if id := idOf("gateway", strings.Repeat("x", 100)); !strings.HasPrefix(id, "req_") {
		t.Errorf("a long id was kept: %q", id)
	}
	if id := idOf("", "mine"); !strings.HasPrefix(id, "req_") {
		t.Errorf("a stranger's id was kept: %q", id)
	}
	w.set(func(context.Context) error { return errSecrets })
	_, err := w.models(t, "").GetModel(bearer(t.Context(), "kh_demo"), demoModel)
	if id := caller.RequestID(w.last(t)); !strings.Contains(seen(t, err), id) || !strings.Contains(w.log.String(), id) {
		t.Error("error or log do not name the request")
	}
}

func TestDeadlineIsTrimmed(t *testing.T) {
	t.Parallel()
	const limit = 5 * time.Second
	w := newHarness(t, func(c *rpc.ServerConfig) { c.MaxDeadline, c.MaxStreamDeadline = limit, limit })
	left := make(chan time.Duration, 1)
	w.set(func(ctx context.Context) error {
		d, ok := ctx.Deadline()
		if !ok {
			t.Error("no deadline")
		}
		left <- time.Until(d)
		return nil
	})
	for asked, most := range map[time.Duration]time.Duration{time.Hour: limit, time.Second: time.Second} {
		ctx, cancel := context.WithTimeout(t.Context(), asked)
		if _, err := w.models(t, "").GetModel(bearer(ctx, "kh_demo"), demoModel); err != nil {
			t.Fatal(err)
		}
		if got := <-left; got > most || got < most-time.Second {
			t.Errorf("asked %v, got %v", asked, got)
		}
		s, err := w.runModels(t, "runner").DownloadRunModel(ctx, &registryinternalv1.DownloadRunModelRequest{Grant: "g", Version: "v"})
		if err == nil {
			_, err = s.Recv()
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := <-left; got > most {
			t.Errorf("stream asked %v, got %v", asked, got)
		}
		cancel()
	}
}

func TestDeadlineEndsTheHandler(t *testing.T) {
	t.Parallel()
	w := newHarness(t, func(c *rpc.ServerConfig) { c.MaxDeadline = 30 * time.Millisecond })
	w.set(func(ctx context.Context) error { <-ctx.Done(); return fmt.Errorf("query: %w", ctx.Err()) })
	_, err := w.models(t, "").GetModel(bearer(t.Context(), "kh_demo"), demoModel)
	want(t, "too slow", err, codes.DeadlineExceeded, errorsv1.Reason_REASON_DEADLINE_EXCEEDED)
}

func TestLogLineHasNoPayload(t *testing.T) {
	t.Parallel()
	w := newHarness(t)
	token := w.assert(t, "vault", keys["kh_demo"], time.Minute)
	ctx := caller.With(t.Context(), caller.Principal{Assertion: token})
	if _, err := w.models(t, "gateway").GetModel(ctx, &registryv1.GetModelRequest{Name: "workspaces/demo/models/canary"}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.models(t, "").GetModel(bearer(t.Context(), "kh_canary"), demoModel); err == nil {
		t.Fatal("an unknown key is accepted")
	}
	out := w.log.String()
	for _, secret := range []string{"canary", token, token[:40]} {
		if strings.Contains(out, secret) {
			t.Errorf("the log holds %q:\n%s", secret, out)
		}
	}
	for _, part := range []string{
		`"method":"/keyhole.registry.v1.RegistryService/GetModel"`, `"code":"OK"`, `"peer":"gateway"`, `"workspace":"demo"`,
		`"request_id":"`, `"duration_ms":`, `"reason":"REASON_UNAUTHENTICATED"`, `"via":"pipe"`,
	} {
		if !strings.Contains(out, part) {
			t.Errorf("the log lacks %s:\n%s", part, out)
		}
	}
	if n := strings.Count(out, "\n"); n != 2 {
		t.Errorf("%d lines for 2 calls", n)
	}
}

func TestMessagesAreBounded(t *testing.T) {
	t.Parallel()
	w := newHarness(t, func(c *rpc.ServerConfig) { c.MaxMessage = 1000 })
	_, err := w.models(t, "").GetModel(bearer(t.Context(), "kh_demo"), &registryv1.GetModelRequest{Name: strings.Repeat("x", 2000)})
	if status.Code(err) != codes.ResourceExhausted {
		t.Errorf("%v", err)
	}
	if w.calls() != 0 {
		t.Error("the handler was called")
	}
}

func TestGracefulStop(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ends bool // the call ends by its own deadline, after the stop began
		code codes.Code
	}{"a call that ends": {true, codes.OK}, "a call that does not": {false, codes.Unavailable}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newHarness(t)
			pipe := rpc.NewPipe()
			s, err := rpc.NewServer(rpc.ServerConfig{
				Endpoint: rpc.Public, Authenticate: authenticate, Logger: silence(t), StopTimeout: 50 * time.Millisecond,
			})
			if err != nil {
				t.Fatal(err)
			}
			w.register(s, rpc.Public)
			ctx, stop := context.WithCancel(t.Context())
			served := make(chan error, 1)
			go func() { served <- s.Serve(ctx, pipe.Listener()) }()
			w.set(func(ctx context.Context) error {
				stop()
				if !c.ends {
					<-ctx.Done()
				}
				return ctx.Err()
			})
			_, err = registryv1.NewRegistryServiceClient(dial(t, pipe, "")).DeleteModel(bearer(t.Context(), "kh_demo"),
				&registryv1.DeleteModelRequest{Name: demoModel.GetName()})
			if got := status.Code(err); got != c.code && !(got == codes.Canceled && !c.ends) {
				t.Errorf("the call: %v", err)
			}
			if err := <-served; err != nil {
				t.Errorf("serve: %v", err)
			}
			if _, err := pipe.As("")(t.Context()); err == nil {
				t.Error("a stopped server still accepts")
			}
		})
	}
}
