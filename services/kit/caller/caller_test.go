package caller_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/caller"
)

func TestEmptyContextIsNobody(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	if p := caller.From(ctx); p != (caller.Principal{}) || p.Kind != caller.None {
		t.Errorf("somebody is calling: %+v", p)
	}
	if caller.Peer(ctx)+caller.RequestID(ctx) != "" {
		t.Error("an empty context names a peer or a request")
	}
}

func TestWithKeepsTheTransport(t *testing.T) {
	t.Parallel()
	outer := caller.WithCall(context.Background(), "runner", "req-1")
	p := caller.Principal{Kind: caller.Member, Workspace: "demo", Key: "k", Visitor: "v", Assertion: "a", Pass: "p"}
	inner := caller.With(outer, p)
	if caller.From(inner) != p || caller.Peer(inner) != "runner" || caller.RequestID(inner) != "req-1" {
		t.Error("With lost a part of the call")
	}
	if caller.From(outer).Kind != caller.None {
		t.Error("With changed the outer context")
	}
}

// A new call must not inherit the principal of its context: in one process contexts could
// otherwise carry rights past the transport.
func TestWithCallForgetsThePrincipal(t *testing.T) {
	t.Parallel()
	ctx := caller.With(context.Background(), caller.Principal{Kind: caller.Operator})
	if got := caller.From(caller.WithCall(ctx, "", "r")).Kind; got != caller.None {
		t.Errorf("the principal survived: %v", got)
	}
}

func TestLogHidesTheAssertion(t *testing.T) {
	t.Parallel()
	var buf bytes.Buffer
	slog.New(slog.NewJSONHandler(&buf, nil)).Info("m", "caller", caller.Principal{Kind: caller.Guest, Assertion: "bearer-token", Pass: "bearer-token"})
	if out := buf.String(); strings.Contains(out, "bearer-token") || !strings.Contains(out, "guest") {
		t.Errorf("log line: %s", out)
	}
}

func TestPrintingHidesTheAssertion(t *testing.T) {
	t.Parallel()
	p := caller.Principal{Kind: caller.Member, Workspace: "demo", Key: "workspaces/demo/keys/k", Assertion: "bearer-token", Pass: "bearer-token"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, v := range []any{p, &p, []caller.Principal{p}, struct{ P caller.Principal }{p}} {
			if text := fmt.Sprintf(verb, v); strings.Contains(text, p.Assertion) {
				t.Errorf("%s shows %s", verb, text)
			}
		}
	}
}
