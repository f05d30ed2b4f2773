package vault_test

import (
	"context"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/mailserver"
)

// A hidden password sends mail under the same rules as every other credential: it is counted, audited before the call,
// bound to its destination, used once, and never passed on.
func TestAHiddenPasswordSendsMail(t *testing.T) {
	t.Parallel()
	post := mailserver.Start(t, mailserver.Config{Mode: mailserver.Never, Password: canary})
	in := newHarness(t, testkit.SQLite(t), "embedded:")
	in.allow = []string{post.Address()}
	r := in.start(t)
	n := r.tenant(t, "demo")
	create := func(id string, c *vaultv1.Credential) error {
		_, err := r.public.CreateCredential(n.ctx, &vaultv1.CreateCredentialRequest{Parent: "workspaces/demo", CredentialId: id, Credential: c})
		return err
	}
	must(t, create("post", &vaultv1.Credential{Provider: "smtp", Value: canary, SlotName: "cam@example.com", Hosts: []string{post.Address()}}))
	for _, c := range []*vaultv1.Credential{
		{Provider: "smtp", Value: canary, Hosts: []string{r.host()}},
		{Provider: "generic", Value: canary, Hosts: []string{post.URL()}},
		{Provider: "smtp", Value: canary},
		{Provider: "smtp", Value: canary, Hosts: []string{"smtps://mail.internal:465"}},
		{Provider: "smtp", Value: canary, SlotName: "a\r\nb", Hosts: []string{post.Address()}},
	} {
		if err := create("other", c); err == nil {
			t.Errorf("stored %v", c)
		}
	}
	_, err := r.sharer.PutCredentialGrant(caller.With(context.Background(), n.owner), &vaultinternalv1.PutCredentialGrantRequest{
		Share: n.share(), VersionHash: hash, Calls: 2,
		Slots: []*vaultinternalv1.GrantedSlot{{Step: "llm", Field: "api_key", Credential: "post", Destination: post.URL()}},
	})
	must(t, err)
	claims := n.claims()
	claims.Slots = []grant.Slot{{Step: "llm", Field: "api_key", Credential: "workspaces/demo/credentials/post", Destination: post.URL()}}
	token := n.sign(t, claims)
	send := func(attempt int32, url string) (answer, error) {
		head := &vaultinternalv1.EgressHead{Method: "MAIL", Url: url, Handles: []string{r.mustIssue(t, token, "llm", attempt)}, Headers: []*vaultinternalv1.Header{
			{Name: "Mail-From", Value: "cam@example.com"}, {Name: "Rcpt-To", Value: "ann@example.com"},
		}}
		return r.egress(context.Background(), r.runner, head, []byte("Subject: hi\r\n\r\nhello\r\n"))
	}
	a, err := send(1, post.URL())
	must(t, err)
	if a.status != 250 || len(post.Mails()) != 1 || post.Logins()[0].User != "cam@example.com" || strings.Contains(a.text(), canary) {
		t.Fatalf("%s %+v", a.text(), post.Mails())
	}
	_, err = send(2, strings.Replace(r.host(), "http://", "smtp://", 1))
	refusedWith(t, err, handleInvalid, codes.PermissionDenied)
	_, err = send(2, post.URL())
	must(t, err)
	if _, err = r.issue(token, "llm", 3); err == nil {
		t.Error("a third mail, with a limit of two")
	}
	refusedWith(t, err, errorsv1.Reason_REASON_CREDENTIAL_CALLS_EXHAUSTED, codes.ResourceExhausted)
	uses := r.events(t, n, "credential.use")
	if len(uses) != 2 || uses[0].GetOutcome() != "ok" || uses[0].GetDetails()["destination"] != post.URL() || len(post.Mails()) != 2 {
		t.Errorf("%d mails, audited uses: %v", len(post.Mails()), uses)
	}
	tested, err := r.public.TestCredential(n.ctx, &vaultv1.TestCredentialRequest{Name: "workspaces/demo/credentials/post"})
	must(t, err)
	if tested.GetOutcome() != vaultv1.TestOutcome_TEST_OUTCOME_ACCEPTED || len(post.Mails()) != 2 {
		t.Errorf("the test says %v", tested)
	}
}
