package grant_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
)

// now has whole seconds, as claims do.
var now = time.Now().Truncate(time.Second)

func issue(t *testing.T, service string, ca *identity.Authority) *identity.Identity {
	t.Helper()
	id, err := ca.Issue(service)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func authority(t *testing.T) *identity.Authority {
	t.Helper()
	ca, err := identity.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	return ca
}

func good() grant.Claims {
	return grant.Claims{
		Run: "run_1", Workspace: "demo", Share: "workspaces/demo/workflows/w/shares/s", VersionHash: "00",
		ChargedKey: "workspaces/demo/keys/k", Peer: "runner", IssuedAt: now.Unix(), Expiry: now.Add(time.Minute).Unix(),
		Models: []string{"workspaces/demo/models/m/versions/1"},
		Slots: []grant.Slot{
			{Step: "llm", Field: "api_key", Credential: "workspaces/demo/credentials/c", Destination: "https://api.openai.com:443"},
			{Step: "own", Field: "api_key", Input: "own_api_key", Destination: "https://api.openai.com:443"},
		},
		Limits: grant.Limits{Attempts: 3},
	}
}

func TestSignedClaimsComeBack(t *testing.T) {
	t.Parallel()
	want, sharing := good(), issue(t, grant.Issuer, authority(t))
	token, err := grant.Sign(sharing, want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := grant.Verify(sharing.Verifier(), token, "runner", now)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&want, got); diff != "" {
		t.Error(diff)
	}
	if _, ok := got.Slot("llm", "api_key"); !ok {
		t.Error("the slot llm.api_key is not found")
	}
	if _, ok := got.Slot("llm", "other"); ok {
		t.Error("a slot that is not there is found")
	}
	if n := len(got.InputSlots("own_api_key")); n != 1 {
		t.Errorf("%d slots for own_api_key, want 1", n)
	}
	if n := len(got.InputSlots("")); n != 0 {
		t.Errorf("%d slots for the empty input, want 0: stored credentials are no inputs", n)
	}
	if !got.HasModel("workspaces/demo/models/m/versions/1") || got.HasModel("workspaces/demo/models/m/versions/2") {
		t.Error("the models are not those of the grant")
	}
}

func TestAGrantForAnotherOrAnotherTimeIsRefused(t *testing.T) {
	t.Parallel()
	ca := authority(t)
	sharing := issue(t, grant.Issuer, ca)
	token, err := grant.Sign(sharing, good())
	if err != nil {
		t.Fatal(err)
	}
	forged, err := grant.Sign(issue(t, "runner", ca), good())
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := grant.Sign(issue(t, grant.Issuer, authority(t)), good())
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		token, peer string
		at          time.Time
	}{
		"another peer":    {token, "gateway", now},
		"no peer":         {token, "", now},
		"at expiry":       {token, "runner", now.Add(time.Minute)},
		"far too early":   {token, "runner", now.Add(-time.Minute)},
		"another's grant": {forged, "runner", now},
		"a stranger's CA": {foreign, "runner", now},
		"no token":        {"", "runner", now},
	} {
		_, err := grant.Verify(sharing.Verifier(), c.token, c.peer, c.at)
		if errs.CodeOf(err) != codes.PermissionDenied || errs.ReasonOf(err) != errorsv1.Reason_REASON_GRANT_INVALID {
			t.Errorf("%s: %v, want GRANT_INVALID", name, err)
		}
	}
}

func TestWhatCouldNeverBeUsedIsNotSigned(t *testing.T) {
	t.Parallel()
	sharing := issue(t, grant.Issuer, authority(t))
	for name, spoil := range map[string]func(*grant.Claims){
		"no run":                func(c *grant.Claims) { c.Run = "" },
		"no workspace":          func(c *grant.Claims) { c.Workspace = "" },
		"no charged key":        func(c *grant.Claims) { c.ChargedKey = "" },
		"no peer":               func(c *grant.Claims) { c.Peer = "" },
		"no lifetime":           func(c *grant.Claims) { c.Expiry = c.IssuedAt },
		"lives too long":        func(c *grant.Claims) { c.Expiry = now.Add(25 * time.Hour).Unix() },
		"a foreign share":       func(c *grant.Claims) { c.Share = "workspaces/demo2/workflows/w/shares/s" },
		"a foreign credential":  func(c *grant.Claims) { c.Slots[0].Credential = "workspaces/other/credentials/c" },
		"credential and input":  func(c *grant.Claims) { c.Slots[0].Input = "x" },
		"neither of the two":    func(c *grant.Claims) { c.Slots[1].Input = "" },
		"no destination":        func(c *grant.Claims) { c.Slots[0].Destination = "" },
		"a slot without a step": func(c *grant.Claims) { c.Slots[0].Step = "" },
	} {
		c := good()
		spoil(&c)
		if _, err := grant.Sign(sharing, c); err == nil {
			t.Errorf("%s: signed", name)
		}
	}
}
