package vault_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// If the intent cannot be written, the credential is not used.
func TestNoAuditNoUse(t *testing.T) {
	t.Parallel()
	t.Run("the table is gone", func(t *testing.T) {
		t.Parallel()
		stores(t, func(t *testing.T, r *replica) {
			n := r.tenant(t, "demo")
			n.open(t, 10)
			token := n.sign(t, n.claims())
			_, err := r.call(context.Background(), r.mustIssue(t, token, "llm", 1))
			must(t, err)
			h := r.mustIssue(t, token, "llm", 2)
			must(t, r.db.Tx(context.Background(), exec("ALTER TABLE attempts RENAME TO elsewhere")))
			_, err = r.call(context.Background(), h)
			if err == nil || r.provider.Count() != 1 {
				t.Fatalf("%v, and %d calls were made", err, r.provider.Count())
			}
			must(t, r.db.Tx(context.Background(), exec("ALTER TABLE elsewhere RENAME TO attempts")))
			g, err := r.sharer.GetCredentialGrant(context.Background(), &vaultinternalv1.GetCredentialGrantRequest{Share: n.share()})
			must(t, err)
			if g.GetCallsLeft() != 9 {
				t.Fatalf("%d calls are left, want 9: one was made", g.GetCallsLeft())
			}
		})
	})
	t.Run("the database cannot be written", func(t *testing.T) {
		t.Parallel()
		r := newHarness(t, testkit.SQLite(t), "embedded:").start(t)
		n := r.tenant(t, "demo")
		n.open(t, 10)
		h := r.mustIssue(t, n.sign(t, n.claims()), "llm", 1)
		must(t, r.db.Tx(context.Background(), exec("PRAGMA query_only = 1")))
		_, err := r.call(context.Background(), h)
		refusedWith(t, err, errorsv1.Reason_REASON_UNAVAILABLE, codes.Unavailable)
		_, err = r.public.CreateKey(n.ctx, &vaultv1.CreateKeyRequest{Parent: "workspaces/demo"})
		refusedWith(t, err, errorsv1.Reason_REASON_UNAVAILABLE, codes.Unavailable)
		if r.provider.Count() != 0 {
			t.Fatal("the credential was used without a row that says so")
		}
	})
	t.Run("the database is closed", func(t *testing.T) {
		t.Parallel()
		stores(t, func(t *testing.T, r *replica) {
			n := r.tenant(t, "demo")
			n.open(t, 10)
			h := r.mustIssue(t, n.sign(t, n.claims()), "llm", 1)
			must(t, r.db.Close())
			if _, err := r.call(context.Background(), h); err == nil || r.provider.Count() != 0 {
				t.Fatalf("%v, and %d calls were made", err, r.provider.Count())
			}
		})
	})
}

// The canary appears nowhere: not in the files of the database, in Redis, in the log or in
// an error, whatever the provider does.
func TestSecretsAreNowhere(t *testing.T) {
	t.Parallel()
	in := newHarness(t, testkit.SQLite(t), "embedded:")
	r := in.start(t)
	n := r.tenant(t, "demo")
	const visitors = "sk-visitor-Zt5YcQ0mW8rXvB1nLpK7dGhE2fAj"
	var seen bytes.Buffer
	for i, how := range []testkit.Behaviour{
		testkit.Good, testkit.EchoUnauthorized, testkit.ServerError, testkit.Redirect, testkit.Reset, testkit.EchoGzip,
		testkit.EchoStream, testkit.RateLimited, testkit.Garbage,
	} {
		in.provider.Behave(how)
		// A share that was stopped twice resumes only with a new value.
		_, err := r.public.UpdateCredential(n.ctx, &vaultv1.UpdateCredentialRequest{Credential: &vaultv1.Credential{Name: n.llm.GetName(), Value: canary + string(rune('A'+i))}})
		must(t, err)
		must(t, n.put(n.owner, 100, true))
		token := n.sign(t, n.claims())
		_, err = r.runner.PutRunCredential(context.Background(), &vaultinternalv1.PutRunCredentialRequest{Grant: token, Input: "own_api_key", Value: visitors})
		must(t, err)
		for _, step := range []string{"llm", "own"} {
			a, err := r.call(context.Background(), r.mustIssue(t, token, step, int32(i+1)))
			seen.WriteString(a.text())
			if err != nil {
				seen.WriteString(err.Error() + errs.From(err).Message())
			}
		}
	}
	// The error for a secret that cannot be stored does not contain the secret.
	_, err := r.public.CreateCredential(n.ctx, &vaultv1.CreateCredentialRequest{
		Parent: "workspaces/demo", CredentialId: "bad", Credential: &vaultv1.Credential{Provider: "openai", Value: canary + "\x01", Hosts: []string{"http://x y"}},
	})
	seen.WriteString(err.Error())
	dump(t, &seen, r, n)
	seen.Write(in.log.Bytes())
	must(t, r.db.Tx(context.Background(), exec("DELETE FROM ended_runs")))
	files, err := filepath.Glob(strings.TrimPrefix(in.dbURL, "sqlite:") + "*")
	must(t, err)
	for _, f := range files {
		b, err := os.ReadFile(f)
		must(t, err)
		seen.Write(b)
	}
	if len(files) < 2 || seen.Len() < 100_000 {
		t.Fatalf("looked at %d files and %d bytes: too little to prove anything", len(files), seen.Len())
	}
	for _, value := range []string{canary, visitors, n.key.GetKey()} {
		for what, form := range encodings(value) {
			if bytes.Contains(seen.Bytes(), []byte(form)) {
				t.Errorf("a secret can be seen (%s)", what)
			}
		}
	}
}

// dump reads everything that the API and Redis show.
func dump(t *testing.T, w *bytes.Buffer, r *replica, n *tenant) {
	t.Helper()
	c, err := r.public.ListCredentials(n.ctx, &vaultv1.ListCredentialsRequest{Parent: "workspaces/demo"})
	must(t, err)
	k, err := r.public.ListKeys(n.ctx, &vaultv1.ListKeysRequest{Parent: "workspaces/demo"})
	must(t, err)
	e, err := r.public.ListAuditEvents(n.ctx, &vaultv1.ListAuditEventsRequest{Parent: "workspaces/demo", PageSize: 500})
	must(t, err)
	w.WriteString(c.String() + k.String() + e.String())
	keys, err := r.redis.Keys(context.Background(), "*").Result()
	must(t, err)
	for _, key := range keys {
		w.WriteString(key)
		if b, err := r.redis.Dump(context.Background(), key).Result(); err == nil {
			w.WriteString(b)
		}
		for field, value := range r.redis.HGetAll(context.Background(), key).Val() {
			w.WriteString(field + value)
		}
	}
}

func encodings(s string) map[string]string {
	reversed := []byte(s)
	for i, j := 0, len(reversed)-1; i < j; i, j = i+1, j-1 {
		reversed[i], reversed[j] = reversed[j], reversed[i]
	}
	forms := map[string]string{
		"raw": s, "lower": strings.ToLower(s), "upper": strings.ToUpper(s), "hex": hex.EncodeToString([]byte(s)),
		"HEX": strings.ToUpper(hex.EncodeToString([]byte(s))), "reversed": string(reversed), "half": s[len(s)/2:],
	}
	for shift := range 3 {
		e := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + s))
		forms["base64 "+string(rune('0'+shift))] = e[4 : len(e)-4]
	}
	return forms
}

// An owner sees that a credential was used and refused, but not whose run it was.
func TestAnOwnersAuditDoesNotNameAVisitor(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		n, visitor := r.tenant(t, "demo"), r.tenant(t, "stranger")
		n.open(t, 10)
		claims := n.claims()
		claims.ChargedKey = visitor.key.GetName()
		token := n.sign(t, claims)
		_, err := r.call(context.Background(), r.mustIssue(t, token, "llm", 1))
		must(t, err)
		_, err = r.runner.IssueHandle(caller.With(context.Background(), visitor.owner),
			&vaultinternalv1.IssueHandleRequest{Grant: token, Step: "elsewhere", Field: "api_key", Attempt: 1})
		if err == nil {
			t.Fatal("a handle for a slot that is not there")
		}
		list, err := r.public.ListAuditEvents(n.ctx, &vaultv1.ListAuditEventsRequest{Parent: "workspaces/demo", PageSize: 500})
		must(t, err)
		if len(r.events(t, n, "credential.use")) != 1 || len(r.events(t, n, "handle.refused")) != 1 {
			t.Fatalf("events: %v", list)
		}
		if strings.Contains(list.String(), "workspaces/stranger") {
			t.Errorf("the owner reads who the visitor is: %v", list)
		}
	})
}

// Operators see the events of their own keys and workspace, and no tenant's audit log.
func TestOperatorsReadTheirOwnAudit(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		_, err := r.public.CreateKey(r.asOperator(), &vaultv1.CreateKeyRequest{Parent: "workspaces/operator", KeyId: "second"})
		must(t, err)
		res, err := r.public.ListAuditEvents(r.asOperator(), &vaultv1.ListAuditEventsRequest{Parent: "workspaces/operator"})
		must(t, err)
		if len(res.GetEvents()) == 0 || res.GetEvents()[0].GetResource() != "workspaces/operator/keys/second" {
			t.Errorf("the operator's audit: %v", res.GetEvents())
		}
		_, err = r.public.ListAuditEvents(r.asOperator(), &vaultv1.ListAuditEventsRequest{Parent: "workspaces/demo"})
		refusedWith(t, err, errorsv1.Reason_REASON_NOT_FOUND, codes.NotFound)
		_, err = r.public.ListAuditEvents(n.ctx, &vaultv1.ListAuditEventsRequest{Parent: "workspaces/operator"})
		refusedWith(t, err, errorsv1.Reason_REASON_NOT_FOUND, codes.NotFound)
	})
}
