package rpc

import (
	"context"
	"log/slog"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// log counts the call and writes its one log line: method, caller and outcome. The line
// never contains requests, replies or metadata. It contains the text of an error that the
// operator has to fix.
func (c *call) log(ctx context.Context, err error) {
	if c.method != nil && c.method.Quiet() && err == nil {
		return
	}
	code := errs.CodeOf(err)
	c.server.durations.record(ctx, c.name, code, c.start)
	level := levelOf(code)
	logger := c.server.cfg.Logger
	if !logger.Enabled(ctx, level) {
		return
	}
	attrs := make([]slog.Attr, 0, 10)
	attrs = append(attrs,
		slog.String("method", c.name), slog.String("code", code.String()),
		slog.Float64("duration_ms", float64(time.Since(c.start).Microseconds())/1000),
		slog.String("request_id", c.requestID), slog.String("via", c.peer.via))
	if c.peer.name != "" {
		attrs = append(attrs, slog.String("peer", c.peer.name))
	}
	if c.principal.Workspace != "" {
		attrs = append(attrs, slog.String("kind", c.principal.Kind.String()),
			slog.String("workspace", c.principal.Workspace), slog.String("key", c.principal.Key))
	}
	if err != nil {
		attrs = append(attrs, slog.String("reason", errs.ReasonOf(err).String()))
	}
	if err != nil && (level >= slog.LevelWarn || logger.Enabled(ctx, slog.LevelDebug)) {
		attrs = append(attrs, slog.String("error", err.Error()))
	}
	logger.LogAttrs(ctx, level, "rpc", attrs...)
}

// levelOf returns a low level for a client's mistakes, which the operator need not see.
func levelOf(code codes.Code) slog.Level {
	switch code {
	case codes.Internal, codes.Unknown, codes.DataLoss, codes.Unimplemented:
		return slog.LevelError
	case codes.Unavailable:
		return slog.LevelWarn
	default:
		return slog.LevelInfo
	}
}
