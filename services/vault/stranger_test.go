package vault_test

import (
	"context"
	"net"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// closedPort is an address on loopback where nothing listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	must(t, l.Close())
	return l.Addr().String()
}

// A visitor who names addresses learns nothing about the vault's network: refused,
// nonexistent and closed addresses get the same answer.
func TestAttackInternalNamesReadAlike(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A13", "which internal host names exist")
	in := newHarness(t, testkit.SQLite(t), "embedded:")
	dead := closedPort(t)
	in.fetch, in.allow = []string{dead}, []string{dead}
	in.resolver, _ = testkit.DNS(t, func(name string, _ int) []string {
		return map[string][]string{"inside.example.com": {"10.0.0.7"}, "meta.example.com": {"169.254.169.254"}}[name]
	})
	r := in.start(t)
	n := r.tenant(t, "demo")
	visitor := n.claims()
	own := n.claims()
	own.Share, own.Authority = "", n.owner.Assertion
	get := func(step, url, grant string) error {
		_, err := r.egress(context.Background(), r.runner, &vaultinternalv1.EgressHead{Method: "GET", Url: url, Step: step, Grant: grant}, nil)
		return err
	}
	unlike := func(err, as error) bool {
		return errs.ReasonOf(err) != errs.ReasonOf(as) || errs.CodeOf(err) != errs.CodeOf(as) || err.Error() != as.Error()
	}
	for _, step := range []string{"", "hook"} {
		nowhere := get(step, "https://nowhere.example.com/", n.sign(t, visitor))
		refusedWith(t, nowhere, errorsv1.Reason_REASON_PROVIDER_FAILED, codes.Unavailable)
		for _, url := range []string{
			"https://inside.example.com/", "https://meta.example.com/", "https://10.0.0.7/", "http://169.254.169.254/", "http://localhost/",
			"https://localhost:8080/", "https://db/", "https://db.internal/", "http://nowhere.example.com/", "http://inside.example.com/",
			"http://" + dead + "/", "https://" + dead + "/", "https://[::1]/", "https://[fd00:ec2::254]/",
		} {
			err := get(step, url, n.sign(t, visitor))
			a.Attempt(!unlike(err, nowhere), "%q, %s: %v reads unlike %v", step, url, err, nowhere)
		}
		// A member learns what the operator could list, but not which names exist.
		for _, url := range []string{"https://inside.example.com/", "http://" + dead + "/"} {
			err := get(step, url, n.sign(t, own))
			a.Attempt(!unlike(err, nowhere), "%q, %s, a member: %v reads unlike %v", step, url, err, nowhere)
		}
		err := get(step, "http://localhost:11434/", n.sign(t, own))
		refusedWith(t, err, errorsv1.Reason_REASON_ADDRESS_REFUSED, codes.FailedPrecondition)
		if !strings.Contains(err.Error(), "listing localhost:11434") {
			t.Errorf("a member gets %v", err)
		}
	}
	if !strings.Contains(string(in.log.Bytes()), "inside.example.com is at an address that is not public") {
		t.Error("the operator's log does not say what happened")
	}
}

// The owner of a key learns that the provider refused it, although the answer repeats the
// key. A visitor of a hidden key cannot distinguish that from another failure.
func TestTheKeysOwnerLearnsWhatTheProviderSaidOfIt(t *testing.T) {
	t.Parallel()
	in := newHarness(t, testkit.SQLite(t), "embedded:")
	r := in.start(t)
	n := r.tenant(t, "demo")
	n.open(t, 10)
	hidden, own := n.claims(), n.claims()
	own.Share, own.Authority = "", n.owner.Assertion
	_, err := r.runner.PutRunCredential(context.Background(), &vaultinternalv1.PutRunCredentialRequest{
		Grant: n.sign(t, hidden), Input: "own_api_key", Value: "sk-visitors-own-Vb7nQ2zX9mKc4LpRt6Ws",
	})
	must(t, err)
	in.provider.Behave(testkit.EchoUnauthorized)
	for _, tc := range []struct{ what, grant, step string }{
		{"the owner", n.sign(t, own), "llm"}, {"a visitor with a key of their own", n.sign(t, hidden), "own"},
	} {
		_, err := r.call(context.Background(), r.mustIssue(t, tc.grant, tc.step, 1))
		refusedWith(t, err, errorsv1.Reason_REASON_PROVIDER_FAILED, codes.FailedPrecondition)
		if text := err.Error(); !strings.Contains(text, "401 Unauthorized") || !strings.Contains(text, "withheld because it repeats the key") {
			t.Errorf("%s reads %s", tc.what, text)
		}
		if status := errs.From(err).Metadata()["status"]; status != "401" {
			t.Errorf("%s: status %q", tc.what, status)
		}
	}
	_, err = r.call(context.Background(), r.mustIssue(t, n.sign(t, hidden), "llm", 1))
	refusedWith(t, err, errorsv1.Reason_REASON_PROVIDER_FAILED, codes.Unavailable)
	if text := err.Error(); strings.Contains(text, "401") || strings.Contains(text, "withheld") {
		t.Errorf("a visitor reads %s", text)
	}
	if strings.Contains(string(in.log.Bytes()), canary) {
		t.Error("the log has the key")
	}
}
