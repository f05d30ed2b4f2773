package redisx

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// tracing makes a span for each command and each pipeline. A span never has an argument of a
// command. It has no text of an error either, because Redis quotes arguments in its errors.
type tracing struct{ tracer trace.Tracer }

func newTracing(p trace.TracerProvider) tracing { return tracing{p.Tracer("keyhole/redisx")} }

// DialHook implements redis.Hook.
func (t tracing) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook implements redis.Hook.
func (t tracing) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		ctx, span := t.start(ctx, cmd.FullName())
		err := next(ctx, cmd)
		end(span, err)
		return err //nolint:wrapcheck // a hook in between
	}
}

// ProcessPipelineHook implements redis.Hook.
func (t tracing) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		ctx, span := t.start(ctx, "pipeline", attribute.Int("db.operation.batch.size", len(cmds)))
		err := next(ctx, cmds)
		end(span, err)
		return err //nolint:wrapcheck // a hook in between
	}
}

func (t tracing) start(ctx context.Context, name string, attrs ...attribute.KeyValue) (context.Context, trace.Span) {
	attrs = append(attrs, attribute.String("db.system.name", "redis"))
	return t.tracer.Start(ctx, "redis "+name, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attrs...))
}

func end(span trace.Span, err error) {
	if err != nil && !errors.Is(err, redis.Nil) {
		span.SetStatus(codes.Error, "")
	}
	span.End()
}
