package rpc_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
)

// as is a context with metadata, in pairs.
func as(ctx context.Context, kv ...string) context.Context {
	return metadata.NewOutgoingContext(ctx, metadata.Pairs(kv...))
}

func bearer(ctx context.Context, key string) context.Context {
	return as(ctx, "authorization", "Bearer "+key)
}

func want(t *testing.T, name string, err error, code codes.Code, reason errorsv1.Reason) {
	t.Helper()
	if status.Code(err) != code || errs.ReasonOf(err) != reason {
		t.Errorf("%s: %v, reason %v; want %v, %v", name, err, errs.ReasonOf(err), code, reason)
	}
}

func TestWhoMayCallThePublicEndpoint(t *testing.T) {
	t.Parallel()
	w := newHarness(t)
	client, ctx := w.models(t, ""), t.Context()
	const (
		unauthenticated = errorsv1.Reason_REASON_UNAUTHENTICATED
		denied          = errorsv1.Reason_REASON_PERMISSION_DENIED
		notFound        = errorsv1.Reason_REASON_NOT_FOUND
	)
	for name, c := range map[string]struct {
		ctx    context.Context
		model  string
		code   codes.Code
		reason errorsv1.Reason
	}{
		"own":                {bearer(ctx, "kh_demo"), "workspaces/demo/models/m", codes.OK, 0},
		"lower-case scheme":  {as(ctx, "authorization", "bearer kh_demo"), "workspaces/demo/models/m", codes.OK, 0},
		"other's":            {bearer(ctx, "kh_demo"), "workspaces/other/models/m", codes.NotFound, notFound},
		"prefix of own":      {bearer(ctx, "kh_demo"), "workspaces/demo2/models/m", codes.NotFound, notFound},
		"no key":             {ctx, "workspaces/demo/models/m", codes.Unauthenticated, unauthenticated},
		"unknown key":        {bearer(ctx, "kh_none"), "workspaces/demo/models/m", codes.Unauthenticated, unauthenticated},
		"key of nobody":      {bearer(ctx, "broken"), "workspaces/demo/models/m", codes.Unauthenticated, unauthenticated},
		"operator":           {bearer(ctx, "kho_op"), "workspaces/demo/models/m", codes.NotFound, notFound},
		"other scheme":       {as(ctx, "authorization", "Basic kh_demo"), "workspaces/demo/models/m", codes.Unauthenticated, unauthenticated},
		"no scheme":          {as(ctx, "authorization", "kh_demo"), "workspaces/demo/models/m", codes.Unauthenticated, unauthenticated},
		"empty key":          {as(ctx, "authorization", "Bearer "), "workspaces/demo/models/m", codes.Unauthenticated, unauthenticated},
		"long key":           {bearer(ctx, strings.Repeat("k", 201)), "workspaces/demo/models/m", codes.Unauthenticated, unauthenticated},
		"two keys":           {as(ctx, "authorization", "Bearer kh_demo", "authorization", "Bearer kh_other"), "workspaces/demo/models/m", codes.Unauthenticated, unauthenticated},
		"invalid, no key":    {ctx, "x", codes.Unauthenticated, unauthenticated},
		"invalid, with key":  {bearer(ctx, "kh_demo"), "x", codes.InvalidArgument, errorsv1.Reason_REASON_INVALID_REQUEST},
		"path tricks":        {bearer(ctx, "kh_demo"), "workspaces/other/../demo/models/m", codes.InvalidArgument, errorsv1.Reason_REASON_INVALID_REQUEST},
		"own principal said": {as(ctx, "authorization", "Bearer kh_demo", "keyhole-principal", "x"), "workspaces/demo/models/m", codes.OK, 0},
	} {
		before := w.calls()
		_, err := client.GetModel(c.ctx, &registryv1.GetModelRequest{Name: c.model})
		want(t, name, err, c.code, c.reason)
		if called := w.calls() > before; called != (c.code == codes.OK) {
			t.Errorf("%s: handler called: %v", name, called)
		}
	}
}

// A resource of another tenant and one that does not exist must get the same answer.
func TestOthersResourcesLookLikeNone(t *testing.T) {
	t.Parallel()
	w := newHarness(t)
	client := w.models(t, "")
	ctx := bearer(t.Context(), "kh_demo")
	w.set(func(context.Context) error { return errs.NotFound("x") })
	_, other := client.GetModel(ctx, &registryv1.GetModelRequest{Name: "workspaces/other/models/m"})
	_, none := client.GetModel(ctx, &registryv1.GetModelRequest{Name: "workspaces/none/models/m"})
	if status.Convert(other).Message() != status.Convert(none).Message() || status.Code(other) != codes.NotFound {
		t.Errorf("%v against %v", other, none)
	}
	if w.calls() != 0 {
		t.Error("the handler was asked")
	}
}

func TestWorkspaceInANestedField(t *testing.T) {
	t.Parallel()
	client, ctx := newHarness(t).models(t, ""), bearer(t.Context(), "kh_demo")
	for model, code := range map[string]codes.Code{"workspaces/demo/models/m": codes.OK, "workspaces/other/models/m": codes.NotFound} {
		_, err := client.UpdateModel(ctx, &registryv1.UpdateModelRequest{Model: &registryv1.Model{Name: model}})
		if status.Code(err) != code {
			t.Errorf("%s: %v", model, err)
		}
	}
	if _, err := client.UpdateModel(ctx, &registryv1.UpdateModelRequest{}); status.Code(err) != codes.InvalidArgument {
		t.Errorf("no model at all: %v", err)
	}
}

func TestRoles(t *testing.T) {
	t.Parallel()
	w := newHarness(t)
	client, ctx := w.vault(t, ""), t.Context()
	for key, codesOf := range map[string][3]codes.Code{ // Whoami, ListWorkspaces, GetWorkspace demo
		"":         {codes.OK, codes.Unauthenticated, codes.Unauthenticated},
		"kh_demo":  {codes.OK, codes.PermissionDenied, codes.OK},
		"kh_other": {codes.OK, codes.PermissionDenied, codes.NotFound},
		"kho_op":   {codes.OK, codes.OK, codes.OK},
	} {
		c := ctx
		if key != "" {
			c = bearer(ctx, key)
		}
		_, err0 := client.Whoami(c, &vaultv1.WhoamiRequest{})
		_, err1 := client.ListWorkspaces(c, &vaultv1.ListWorkspacesRequest{})
		_, err2 := client.GetWorkspace(c, &vaultv1.GetWorkspaceRequest{Name: "workspaces/demo"})
		if got := [3]codes.Code{status.Code(err0), status.Code(err1), status.Code(err2)}; got != codesOf {
			t.Errorf("key %q: %v, want %v", key, got, codesOf)
		}
	}
}

func TestGuestIsSomeone(t *testing.T) {
	t.Parallel()
	w := newHarness(t)
	if _, err := w.vault(t, "").Whoami(t.Context(), &vaultv1.WhoamiRequest{}); err != nil {
		t.Fatal(err)
	}
	p := caller.From(w.last(t))
	if p.Kind != caller.Guest || p.Key != rpc.GuestKey || p.Workspace != "operator" || !strings.HasPrefix(p.Visitor, "guest-") || p.Assertion != "" {
		t.Errorf("%+v", p)
	}
}

func TestForwardedPrincipals(t *testing.T) {
	t.Parallel()
	w := newHarness(t)
	demo, op := keys["kh_demo"], keys["kho_op"]
	good := w.assert(t, "vault", demo, time.Minute)
	stranger := newHarness(t)
	for name, c := range map[string]struct {
		peer, assertion string
		code            codes.Code
	}{
		"gateway":             {"gateway", good, codes.OK},
		"sharing":             {"sharing", good, codes.OK},
		"a stranger":          {"", good, codes.Unauthenticated},
		"no forwarder":        {"registry", good, codes.Unauthenticated},
		"signed by a peer":    {"gateway", w.assert(t, "gateway", op, time.Minute), codes.Unauthenticated},
		"another authority":   {"gateway", stranger.assert(t, "vault", demo, time.Minute), codes.Unauthenticated},
		"expired":             {"gateway", w.assert(t, "vault", demo, -time.Minute), codes.Unauthenticated},
		"no token":            {"gateway", "x", codes.Unauthenticated},
		"another's workspace": {"gateway", w.assert(t, "vault", keys["kh_other"], time.Minute), codes.NotFound},
	} {
		ctx := caller.With(t.Context(), caller.Principal{Assertion: c.assertion})
		_, err := w.models(t, c.peer).GetModel(ctx, demoModel)
		if status.Code(err) != c.code {
			t.Errorf("%s: %v, want %v", name, err, c.code)
		}
		if c.code != codes.OK {
			continue
		}
		wantPrincipal := demo
		wantPrincipal.Assertion = c.assertion
		if got := caller.From(w.last(t)); got != wantPrincipal || caller.Peer(w.last(t)) != c.peer {
			t.Errorf("%s: the handler sees %+v from %q", name, got, caller.Peer(w.last(t)))
		}
	}
}

// Only the principal of the context is forwarded. Metadata that a handler was tricked into
// forwarding does not become one.
func TestOutgoingMetadataIsNoPrincipal(t *testing.T) {
	t.Parallel()
	w := newHarness(t)
	token := w.assert(t, "vault", keys["kh_demo"], time.Minute)
	_, err := w.models(t, "gateway").GetModel(as(t.Context(), "keyhole-principal", token), demoModel)
	want(t, "metadata", err, codes.Unauthenticated, errorsv1.Reason_REASON_UNAUTHENTICATED)
}

func TestForwardedGuests(t *testing.T) {
	t.Parallel()
	w := newHarness(t)
	ctx := caller.With(t.Context(), caller.Principal{Kind: caller.Guest, Visitor: "guest-7"})
	if _, err := w.vault(t, "gateway").Whoami(ctx, &vaultv1.WhoamiRequest{}); err != nil {
		t.Fatal(err)
	}
	if p := caller.From(w.last(t)); p.Kind != caller.Guest || p.Visitor != "guest-7" || p.Key != rpc.GuestKey {
		t.Errorf("%+v", p)
	}
	_, err := w.vault(t, "").Whoami(ctx, &vaultv1.WhoamiRequest{})
	want(t, "a stranger who names its pseudonym", err, codes.Unauthenticated, errorsv1.Reason_REASON_UNAUTHENTICATED)
}

func TestWhoMayCallTheInternalEndpoint(t *testing.T) {
	t.Parallel()
	w := newHarness(t)
	req := &registryinternalv1.GetRunModelRequest{Grant: "g", Version: "v"}
	for peer, code := range map[string]codes.Code{
		"runner": codes.OK, "sharing": codes.PermissionDenied, "gateway": codes.PermissionDenied, "": codes.PermissionDenied,
	} {
		_, err := w.runModels(t, peer).GetRunModel(t.Context(), req)
		if status.Code(err) != code {
			t.Errorf("peer %q: %v", peer, err)
		}
	}
	if p := caller.From(w.last(t)); p != (caller.Principal{}) {
		t.Errorf("a call without a principal has %+v", p)
	}
	_, err := w.runModels(t, "runner").GetRunModel(bearer(t.Context(), "kh_demo"), req)
	want(t, "a key", err, codes.Unauthenticated, errorsv1.Reason_REASON_UNAUTHENTICATED)
	ctx := caller.With(t.Context(), caller.Principal{Assertion: w.assert(t, "vault", keys["kh_demo"], time.Minute)})
	if _, err := w.runModels(t, "runner").GetRunModel(ctx, req); err != nil || caller.From(w.last(t)).Workspace != "demo" {
		t.Errorf("with an assertion: %v, %+v", err, caller.From(w.last(t)))
	}
	stream, err := w.runModels(t, "sharing").DownloadRunModel(t.Context(), &registryinternalv1.DownloadRunModelRequest{Grant: "g", Version: "v"})
	if err == nil {
		_, err = stream.Recv()
	}
	want(t, "a stream", err, codes.PermissionDenied, errorsv1.Reason_REASON_PERMISSION_DENIED)
}

func TestUploadNamesItsResource(t *testing.T) {
	t.Parallel()
	w := newHarness(t)
	name := func(n string) *registryv1.UploadArtifactRequest {
		return &registryv1.UploadArtifactRequest{Part: &registryv1.UploadArtifactRequest_Name{Name: n}}
	}
	chunk := &registryv1.UploadArtifactRequest{Part: &registryv1.UploadArtifactRequest_Chunk{Chunk: []byte("x")}}
	own, other := name("workspaces/demo/models/m/versions/1"), name("workspaces/other/models/m/versions/1")
	for what, c := range map[string]struct {
		parts []*registryv1.UploadArtifactRequest
		code  codes.Code
	}{
		"own":               {[]*registryv1.UploadArtifactRequest{own, chunk, chunk}, codes.OK},
		"other's":           {[]*registryv1.UploadArtifactRequest{other, chunk}, codes.NotFound},
		"no name":           {[]*registryv1.UploadArtifactRequest{chunk, own}, codes.NotFound},
		"other's afterward": {[]*registryv1.UploadArtifactRequest{own, chunk, other}, codes.NotFound},
		"invalid":           {[]*registryv1.UploadArtifactRequest{own, name("x")}, codes.InvalidArgument},
	} {
		s, err := w.models(t, "").UploadArtifact(bearer(t.Context(), "kh_demo"))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range c.parts {
			_ = s.Send(p) // its error is the stream's
		}
		if _, err = s.CloseAndRecv(); status.Code(err) != c.code {
			t.Errorf("%s: %v, want %v", what, err, c.code)
		}
	}
}
