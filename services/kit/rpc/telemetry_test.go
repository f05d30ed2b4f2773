package rpc_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/kit/telemetry"
)

func TestOneTraceOverAHop(t *testing.T) {
	t.Parallel()
	spans := tracetest.NewInMemoryExporter()
	tel, err := telemetry.New(t.Context(), telemetry.Config{Service: "test", Spans: spans})
	if err != nil {
		t.Fatal(err)
	}
	w := newHarness(t, func(c *rpc.ServerConfig) { c.Tracer, c.Meter = tel.Tracer, tel.Meter })
	conn, err := rpc.Dial("pipe", rpc.ClientConfig{Pipe: w.public.As("gateway"), Tracer: tel.Tracer, Meter: tel.Meter})
	if err != nil {
		t.Fatal(err)
	}
	token := w.assert(t, "vault", keys["kh_demo"], time.Minute)
	ctx := caller.With(t.Context(), caller.Principal{Assertion: token})
	canary := &registryv1.GetModelRequest{Name: "workspaces/demo/models/canary"}
	if _, err := registryv1.NewRegistryServiceClient(conn).GetModel(ctx, canary); err != nil {
		t.Fatal(err)
	}
	if _, err := healthpb.NewHealthClient(conn).Check(ctx, &healthpb.HealthCheckRequest{}); err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	got := await(t, spans, 2)
	if got[0].SpanContext.TraceID() != got[1].SpanContext.TraceID() {
		t.Error("client and server are in two traces")
	}
	rec := scrape(tel, "rpc_server_call_duration") // written after the span has ended
	for _, out := range []string{fmt.Sprintf("%+v", got), rec.Body.String()} {
		if strings.Contains(out, "canary") || strings.Contains(out, token[:40]) || strings.Contains(out, "Health") {
			t.Errorf("a payload, a token or a health check is shown: %s", out)
		}
	}
	for _, part := range []string{"rpc_server_call_duration", "GetModel"} {
		if !strings.Contains(rec.Body.String(), part) {
			t.Errorf("metrics lack %s:\n%.3000s", part, rec.Body)
		}
	}
}

// scrape reads the metrics repeatedly until they contain a text or the wait ends.
func scrape(tel *telemetry.Telemetry, part string) *httptest.ResponseRecorder {
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		rec := httptest.NewRecorder()
		tel.Metrics.ServeHTTP(rec, httptest.NewRequest("GET", "/metrics", nil))
		if strings.Contains(rec.Body.String(), part) || time.Now().After(end) {
			return rec
		}
	}
}

func await(t *testing.T, spans *tracetest.InMemoryExporter, n int) tracetest.SpanStubs {
	t.Helper()
	end := time.Now().Add(10 * time.Second)
	for time.Now().Before(end) {
		if got := spans.GetSpans(); len(got) >= n {
			return got
		}
		time.Sleep(time.Millisecond) // a server's span ends after its answer
	}
	t.Fatalf("%d spans, want %d", len(spans.GetSpans()), n)
	return nil
}

// A stranger's trace is linked, and does not become the parent of ours.
func TestStrangersTracesAreNotContinued(t *testing.T) {
	t.Parallel()
	spans := tracetest.NewInMemoryExporter()
	tel, err := telemetry.New(t.Context(), telemetry.Config{Service: "test", Spans: spans})
	if err != nil {
		t.Fatal(err)
	}
	w := newHarness(t)
	conn := raw(t, w.tcp(t, rpc.ServerConfig{Endpoint: rpc.Public, Plaintext: true, Tracer: tel.Tracer}), insecure.NewCredentials())
	const theirs = "0af7651916cd43dd8448eb211c80319c"
	ctx := as(t.Context(), "traceparent", "00-"+theirs+"-b7ad6b7169203331-01", "baggage", "k=canary")
	if _, err := vaultv1.NewVaultServiceClient(conn).Whoami(ctx, &vaultv1.WhoamiRequest{}); err != nil {
		t.Fatal(err)
	}
	span := await(t, spans, 1)[0]
	if span.SpanContext.TraceID().String() == theirs || len(span.Links) != 1 {
		t.Errorf("trace %s with %d links", span.SpanContext.TraceID(), len(span.Links))
	}
}

// Without traces the same metrics are collected.
func TestMetricsWithoutTraces(t *testing.T) {
	t.Parallel()
	tel, err := telemetry.New(t.Context(), telemetry.Config{Service: "test"})
	if err != nil {
		t.Fatal(err)
	}
	w := newHarness(t, func(c *rpc.ServerConfig) { c.Meter = tel.Meter })
	conn, err := rpc.Dial("pipe", rpc.ClientConfig{Pipe: w.public.As(""), Meter: tel.Meter})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	models := registryv1.NewRegistryServiceClient(conn)
	if _, err := models.GetModel(bearer(t.Context(), "kh_demo"), demoModel); err != nil {
		t.Fatal(err)
	}
	if _, err := models.GetModel(t.Context(), demoModel); err == nil {
		t.Fatal("answered to nobody")
	}
	if _, err := healthpb.NewHealthClient(conn).Check(t.Context(), &healthpb.HealthCheckRequest{}); err != nil {
		t.Fatal(err)
	}
	rec := httptest.NewRecorder()
	tel.Metrics.ServeHTTP(rec, httptest.NewRequest("GET", "/metrics", nil))
	for _, side := range []string{"server", "client"} {
		for _, code := range []string{"OK", "UNAUTHENTICATED"} {
			line := `rpc_` + side + `_call_duration_seconds_count{rpc_method="keyhole.registry.v1.RegistryService/GetModel",rpc_response_status_code="` +
				code + `",rpc_system_name="grpc"} 1`
			if !strings.Contains(rec.Body.String(), line) {
				t.Errorf("metrics lack %s:\n%.3000s", line, rec.Body)
			}
		}
	}
	if strings.Contains(rec.Body.String(), "Health") {
		t.Error("a health check is counted")
	}
}
