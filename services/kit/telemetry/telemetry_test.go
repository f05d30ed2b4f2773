package telemetry_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/keyhole-dev/keyhole/services/kit/telemetry"
)

func start(t *testing.T, cfg telemetry.Config) *telemetry.Telemetry {
	t.Helper()
	tel, err := telemetry.New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return tel
}

func scrape(t *testing.T, tel *telemetry.Telemetry) string {
	t.Helper()
	rec := httptest.NewRecorder()
	tel.Metrics.ServeHTTP(rec, httptest.NewRequest("GET", "/metrics", nil))
	if rec.Code != 200 {
		t.Fatalf("scrape: %d", rec.Code)
	}
	return rec.Body.String()
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	tel, other := start(t, telemetry.Config{Service: "a"}), start(t, telemetry.Config{Service: "b"})
	for _, name := range []string{"runs", "rpc.server.request.size"} {
		c, err := tel.Meter.Meter("test").Int64Counter(name)
		if err != nil {
			t.Fatal(err)
		}
		c.Add(t.Context(), 3)
	}
	out := scrape(t, tel)
	if !strings.Contains(out, "runs_total 3") || !strings.Contains(out, "go_goroutines") {
		t.Errorf("metrics: %s", out)
	}
	if strings.Contains(out, "request_size") {
		t.Error("sizes are kept")
	}
	if strings.Contains(scrape(t, other), "runs_total") {
		t.Error("two programs share their metrics")
	}
	if err := tel.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// Whatever the labels are, the memory of a metric is bounded.
func TestCardinalityIsBounded(t *testing.T) {
	t.Parallel()
	tel := start(t, telemetry.Config{})
	c, err := tel.Meter.Meter("test").Int64Counter("hostile")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5000 {
		c.Add(t.Context(), 1, metric.WithAttributes(attribute.Int("label", i)))
	}
	if n := strings.Count(scrape(t, tel), "hostile_total{"); n > 2000 {
		t.Errorf("%d series", n)
	}
}

func TestTracesAreOffByDefault(t *testing.T) {
	for _, name := range []string{"OTEL_TRACES_EXPORTER", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"} {
		t.Setenv(name, "")
	}
	if tel := start(t, telemetry.Config{}); tel.Tracer != nil {
		t.Error("traces are exported")
	}
	t.Setenv("OTEL_TRACES_EXPORTER", "none")
	if tel := start(t, telemetry.Config{}); tel.Tracer != nil {
		t.Error("traces are exported to none")
	}
	t.Setenv("OTEL_TRACES_EXPORTER", "nonsense")
	if _, err := telemetry.New(t.Context(), telemetry.Config{}); err == nil {
		t.Error("an unknown exporter is accepted")
	}
}

func TestLogLinesNameTheirTrace(t *testing.T) {
	t.Parallel()
	var buf bytes.Buffer
	spans := tracetest.NewInMemoryExporter()
	tel := start(t, telemetry.Config{Service: "vault", Output: &buf, Spans: spans})
	ctx, span := tel.Tracer.Tracer("test").Start(t.Context(), "work")
	tel.Logger.With("a", 1).WithGroup("g").InfoContext(ctx, "inside")
	tel.Logger.InfoContext(t.Context(), "outside")
	tel.Logger.DebugContext(ctx, "too low")
	span.End()
	lines := strings.Split(strings.TrimSpace(buf.String()), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines: %s", len(lines), buf.String())
	}
	if !strings.Contains(lines[0], span.SpanContext().TraceID().String()) || strings.Contains(lines[1], "trace_id") {
		t.Errorf("trace ids: %v", lines)
	}
	var line map[string]any
	if err := json.Unmarshal([]byte(lines[1]), &line); err != nil || line["service"] != "vault" || line["msg"] != "outside" {
		t.Errorf("%v, %v", line, err)
	}
	if n := len(spans.GetSpans()); n != 1 {
		t.Errorf("%d spans", n)
	}
}

// The text of an error is for the caller and may quote the caller's request.
func TestSpansHaveNoTexts(t *testing.T) {
	t.Parallel()
	spans := tracetest.NewInMemoryExporter()
	tel := start(t, telemetry.Config{Service: "vault", Output: io.Discard, Spans: spans})
	_, span := tel.Tracer.Tracer("test").Start(t.Context(), "work")
	span.RecordError(errors.New("you sent a secret"))
	span.SetStatus(codes.Error, "you sent a secret")
	span.End()
	got := spans.GetSpans()[0]
	if got.Status.Code != codes.Error || len(got.Events) != 1 {
		t.Errorf("%+v", got)
	}
	if strings.Contains(fmt.Sprintf("%+v", got), "secret") {
		t.Errorf("%+v", got)
	}
}

func TestLogFormats(t *testing.T) {
	t.Parallel()
	var buf bytes.Buffer
	start(t, telemetry.Config{LogFormat: "text", Output: &buf}).Logger.Info("hello")
	if !strings.Contains(buf.String(), "msg=hello") {
		t.Errorf("text: %s", buf.String())
	}
	if _, err := telemetry.New(t.Context(), telemetry.Config{LogFormat: "xml"}); err == nil {
		t.Error("an unknown format is accepted")
	}
}

// net/http prints what a server sends on an idle connection, secrets included.
func TestTheStandardLogIsSilent(t *testing.T) {
	var printed bytes.Buffer
	log.SetOutput(&printed)
	start(t, telemetry.Config{Service: "a"})
	log.Print("Unsolicited response received on idle HTTP channel starting with \"secret\"")
	if printed.Len() > 0 {
		t.Errorf("printed %q", &printed)
	}
}
