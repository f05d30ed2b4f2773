package rpc

import (
	"context"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/keyhole-dev/keyhole/services/kit/durations"
)

// callDurations is the metric of calls, under the names that otelgrpc uses.
type callDurations struct{ *durations.Histogram[outcome] }

type outcome struct {
	method string
	code   codes.Code
}

func newDurations(meter metric.MeterProvider, name string) (callDurations, error) {
	h, err := durations.New(meter, "keyhole/rpc", name, "Duration of calls.", func(o outcome) []attribute.KeyValue {
		return []attribute.KeyValue{
			attribute.String("rpc.system.name", "grpc"),
			attribute.String("rpc.method", strings.TrimPrefix(o.method, "/")),
			attribute.String("rpc.response.status_code", code.Code(o.code).String()),
		}
	})
	return callDurations{h}, err
}

// record leaves out grpc's own methods, such as health checks.
func (d callDurations) record(ctx context.Context, method string, c codes.Code, start time.Time) {
	if !strings.HasPrefix(method, "/grpc.") {
		d.Record(ctx, outcome{method, c}, start)
	}
}

// unary measures a client's calls.
func (d callDurations) unary(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	start := time.Now()
	err := invoke(ctx, method, req, reply, cc, opts...)
	d.record(ctx, method, status.Code(err), start)
	return err
}
