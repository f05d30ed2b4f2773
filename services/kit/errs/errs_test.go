package errs_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/protoadapt"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

const canary = "key=hunter2"

// wire returns everything of err that a client could see.
func wire(t *testing.T, err error) string {
	t.Helper()
	b, jsonErr := protojson.Marshal(errs.Status(err).Proto())
	if jsonErr != nil {
		t.Fatal(jsonErr)
	}
	return string(b)
}

func TestDetailsOnTheWire(t *testing.T) {
	t.Parallel()
	e := errs.ResourceExhausted(errorsv1.Reason_REASON_KEY_BUDGET_EXHAUSTED, "used up: %d of %d", 5, 5).
		With("resets", "tomorrow").Field("a.b", "too long").Field("c", "missing").RetryAfter(1500 * time.Millisecond)
	st := errs.Status(fmt.Errorf("admit run: %w", e))
	if st.Code() != codes.ResourceExhausted || st.Message() != "used up: 5 of 5" {
		t.Errorf("status %v %q", st.Code(), st.Message())
	}
	var info *errdetails.ErrorInfo
	var bad *errdetails.BadRequest
	var retry *errdetails.RetryInfo
	for _, d := range st.Details() {
		switch d := d.(type) {
		case *errdetails.ErrorInfo:
			info = d
		case *errdetails.BadRequest:
			bad = d
		case *errdetails.RetryInfo:
			retry = d
		}
	}
	if info.GetDomain() != "keyhole.dev" || info.GetReason() != "KEY_BUDGET_EXHAUSTED" || info.GetMetadata()["resets"] != "tomorrow" {
		t.Errorf("ErrorInfo %v", info)
	}
	if len(bad.GetFieldViolations()) != 2 || bad.GetFieldViolations()[1].GetField() != "c" {
		t.Errorf("BadRequest %v", bad)
	}
	if retry.GetRetryDelay().AsDuration() != 1500*time.Millisecond {
		t.Errorf("RetryInfo %v", retry)
	}
}

// The trap: grpc sends err.Error() of the whole chain if an inner error has a status.
func TestNoCauseReachesTheWire(t *testing.T) {
	t.Parallel()
	inner := errs.NotFound("no such share")
	peer := status.Error(codes.NotFound, canary)
	debug, err := status.New(codes.NotFound, "fine").WithDetails(
		protoadapt.MessageV1Of(&errdetails.ErrorInfo{Domain: errs.Domain, Reason: "NOT_FOUND"}),
		protoadapt.MessageV1Of(&errdetails.DebugInfo{Detail: canary}))
	if err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"wrapped around":   fmt.Errorf("select "+canary+": %w", inner),
		"cause":            inner.Because(errors.New(canary)),
		"joined":           errors.Join(errors.New(canary), inner),
		"twice":            fmt.Errorf(canary+" %w", inner.Because(errs.Internal(canary).WithReason(0))),
		"foreign":          errors.New(canary),
		"foreign status":   peer,
		"wrapped status":   fmt.Errorf(canary+": %w", peer),
		"foreign domain":   foreignDomain(t),
		"debug detail":     debug.Err(),
		"wrapped debug":    fmt.Errorf(canary+": %w", debug.Err()),
		"sql":              fmt.Errorf(canary+": %w", sql.ErrNoRows),
		"context":          fmt.Errorf(canary+": %w", context.Canceled),
		"unreachable peer": status.Error(codes.Unavailable, "dial tcp 10.0.0.3:99 "+canary),
	} {
		if out := wire(t, err); strings.Contains(out, "hunter2") || strings.Contains(out, "10.0.0.3") {
			t.Errorf("%s: the client sees %s", name, out)
		}
		if got := errs.From(err).Error(); !strings.Contains(got, "hunter2") && name != "debug detail" {
			t.Errorf("%s: the log does not have the cause: %s", name, got)
		}
	}
}

func foreignDomain(t *testing.T) error {
	t.Helper()
	st, err := status.New(codes.NotFound, canary).WithDetails(
		protoadapt.MessageV1Of(&errdetails.ErrorInfo{Domain: "example.com", Reason: "NOT_FOUND"}))
	if err != nil {
		t.Fatal(err)
	}
	return st.Err()
}

func TestCodesAndReasons(t *testing.T) {
	t.Parallel()
	ours := errs.NotFound("no such share")
	for name, c := range map[string]struct {
		err    error
		code   codes.Code
		reason errorsv1.Reason
	}{
		"nil":              {nil, codes.OK, errorsv1.Reason_REASON_UNSPECIFIED},
		"ours":             {ours, codes.NotFound, errorsv1.Reason_REASON_NOT_FOUND},
		"ours wrapped":     {fmt.Errorf("x: %w", ours), codes.NotFound, errorsv1.Reason_REASON_NOT_FOUND},
		"ours from a peer": {errs.Status(ours).Err(), codes.NotFound, errorsv1.Reason_REASON_NOT_FOUND},
		"wrapped peer":     {fmt.Errorf("call: %w", errs.Status(ours).Err()), codes.NotFound, errorsv1.Reason_REASON_NOT_FOUND},
		"foreign":          {errors.New("x"), codes.Internal, errorsv1.Reason_REASON_INTERNAL},
		"foreign status":   {status.Error(codes.PermissionDenied, "x"), codes.Internal, errorsv1.Reason_REASON_INTERNAL},
		"cancelled":        {fmt.Errorf("x: %w", context.Canceled), codes.Canceled, errorsv1.Reason_REASON_CANCELLED},
		"late":             {context.DeadlineExceeded, codes.DeadlineExceeded, errorsv1.Reason_REASON_DEADLINE_EXCEEDED},
		"late peer":        {status.Error(codes.DeadlineExceeded, "x"), codes.DeadlineExceeded, errorsv1.Reason_REASON_DEADLINE_EXCEEDED},
		"unreachable":      {status.Error(codes.Unavailable, "x"), codes.Unavailable, errorsv1.Reason_REASON_UNAVAILABLE},
		"code OK":          {errs.New(codes.OK, errorsv1.Reason_REASON_INTERNAL, "x"), codes.Internal, errorsv1.Reason_REASON_INTERNAL},
	} {
		if got := errs.CodeOf(c.err); got != c.code {
			t.Errorf("%s: code %v, want %v", name, got, c.code)
		}
		if got := errs.ReasonOf(c.err); got != c.reason {
			t.Errorf("%s: reason %v, want %v", name, got, c.reason)
		}
		if got := errs.Status(c.err).Code(); got != c.code {
			t.Errorf("%s: status %v, want %v", name, got, c.code)
		}
	}
}

func TestPeerErrorSurvivesAHop(t *testing.T) {
	t.Parallel()
	e := errs.InvalidArgument("inputs are missing").WithReason(errorsv1.Reason_REASON_INPUT_MISSING).
		With("share", "s").Field("inputs.a", "missing").RetryAfter(time.Second)
	first := errs.Status(e)
	second := errs.Status(fmt.Errorf("call sharing: %w", first.Err()))
	if diff := cmp.Diff(first.Proto().String(), second.Proto().String()); diff != "" {
		t.Errorf("a hop changed the error: %s", diff)
	}
}

func TestErrorsDoNotChange(t *testing.T) {
	t.Parallel()
	base := errs.NotFound("none").With("a", "1").Field("f", "x")
	_, _ = base.With("b", "2"), base.Field("g", "y")
	second := base.Field("h", "z")
	_ = base.Field("i", "z")
	if len(base.Metadata()) != 1 || len(base.Violations()) != 1 || second.Violations()[1].GetField() != "h" {
		t.Error("a builder method changed the error it was called on")
	}
}

func TestEveryReasonHasAWireName(t *testing.T) {
	t.Parallel()
	for n := range errorsv1.Reason_name {
		r := errorsv1.Reason(n)
		if got := errs.ReasonOf(errs.Status(errs.Internal("x").WithReason(r)).Err()); got != r {
			t.Errorf("%v came back as %v", r, got)
		}
	}
}

func TestRequestIDAndBadText(t *testing.T) {
	t.Parallel()
	st := errs.WithRequestID(errs.Status(errors.New("x")), "req-1")
	if !strings.Contains(st.Proto().String(), "req-1") {
		t.Error("no request id")
	}
	bad := errs.InvalidArgument("bad %s text", "\xff").
		With("\xff", "\xfe").Field("\xff", "\xfe")
	if got := errs.ReasonOf(errs.Status(bad).Err()); got != errorsv1.Reason_REASON_INVALID_REQUEST {
		t.Errorf("invalid UTF-8 loses the reason: %v", got)
	}
	wire(t, bad)
}
