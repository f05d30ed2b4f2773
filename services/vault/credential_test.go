package vault_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/redisx/embedded"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/vault"
	"github.com/keyhole-dev/keyhole/services/vault/envelope"
	"github.com/keyhole-dev/keyhole/services/vault/migrations"
)

func TestCredentials(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		n, foe := r.tenant(t, "demo"), r.tenant(t, "mallory")
		first := n.llm
		if first.GetValue() != "" || first.GetVersion() != 1 || !first.GetGuardable() || len(first.GetFingerprint()) != 16 {
			t.Fatal(first)
		}
		if foe.llm.GetFingerprint() == first.GetFingerprint() {
			t.Error("two tenants can see that they have the same key")
		}
		kept, err := r.public.UpdateCredential(n.ctx, &vaultv1.UpdateCredentialRequest{
			Credential: &vaultv1.Credential{Name: first.GetName(), Title: "for captions"},
		})
		must(t, err)
		if kept.GetVersion() != 1 || kept.GetFingerprint() != first.GetFingerprint() || kept.GetTitle() != "for captions" {
			t.Fatalf("a change without a value: %v", kept)
		}
		changed, err := r.public.UpdateCredential(n.ctx, &vaultv1.UpdateCredentialRequest{
			Credential: &vaultv1.Credential{Name: first.GetName(), Value: canary + "X"},
			UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"value"}},
		})
		must(t, err)
		if changed.GetVersion() != 2 || changed.GetFingerprint() == first.GetFingerprint() || changed.GetValue() != "" || changed.GetTitle() != "for captions" {
			t.Fatalf("a new value: %v", changed)
		}
		n.open(t, 5)
		_, err = r.call(context.Background(), r.mustIssue(t, n.sign(t, n.claims()), "llm", 1))
		must(t, err)
		if got := r.provider.Calls()[0].Header.Get("Authorization"); got != "Bearer "+canary+"X" {
			t.Fatalf("the provider got %q", got)
		}
		// Another tenant's resource looks like one that does not exist, for operators too.
		for _, ctx := range []context.Context{foe.ctx, r.asOperator()} {
			for _, name := range []string{first.GetName(), "workspaces/demo/credentials/none"} {
				_, err := r.public.GetCredential(ctx, &vaultv1.GetCredentialRequest{Name: name})
				if c := errs.CodeOf(err); c != codes.NotFound && c != codes.PermissionDenied {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
		_, err = r.public.DeleteCredential(n.ctx, &vaultv1.DeleteCredentialRequest{Name: first.GetName(), Force: true})
		must(t, err)
		_, err = r.public.DeleteCredential(n.ctx, &vaultv1.DeleteCredentialRequest{Name: first.GetName()})
		refusedWith(t, err, errorsv1.Reason_REASON_NOT_FOUND, codes.NotFound)
		// The grant does not cover a new credential with the same ID.
		n.credential(t, "llm", canary+"Y")
		_, err = r.issue(n.sign(t, n.claims()), "llm", 2)
		refusedWith(t, err, errorsv1.Reason_REASON_SHARE_PAUSED, codes.FailedPrecondition)
	})
}

func TestWhatIsNoCredential(t *testing.T) {
	t.Parallel()
	r := newHarness(t, testkit.SQLite(t), "embedded:").start(t)
	n := r.tenant(t, "demo")
	try := func(c *vaultv1.Credential) error {
		_, err := r.public.CreateCredential(n.ctx, &vaultv1.CreateCredentialRequest{Parent: "workspaces/demo", CredentialId: "x", Credential: c})
		return err
	}
	for name, c := range map[string]*vaultv1.Credential{
		"no provider":               {Value: canary, Hosts: []string{"https://api.openai.com"}},
		"no value":                  {Provider: "openai"},
		"a mask":                    {Provider: "openai", Value: "********"},
		"dots":                      {Provider: "openai", Value: "••••••••"},
		"a reference":               {Provider: "openai", Value: "$credentials.llm"},
		"white space around":        {Provider: "openai", Value: " " + canary},
		"a line end":                {Provider: "openai", Value: canary + "\n"},
		"a line end in a header":    {Provider: "openai", Value: "a\r\nHost: evil"},
		"no hosts":                  {Provider: "generic", Value: canary},
		"a host with a user":        {Provider: "openai", Value: canary, Hosts: []string{"https://api.openai.com@evil.example"}},
		"a host with a path":        {Provider: "openai", Value: canary, Hosts: []string{"https://evil.example/x"}},
		"plaintext":                 {Provider: "openai", Value: canary, Hosts: []string{"http://api.openai.com"}},
		"a private address":         {Provider: "openai", Value: canary, Hosts: []string{"https://10.0.0.1"}},
		"metadata":                  {Provider: "openai", Value: canary, Hosts: []string{"https://169.254.169.254"}},
		"a header without a name":   {Provider: "generic", Value: canary, Hosts: []string{"api.example.com"}, SlotKind: vaultv1.SlotKind_SLOT_KIND_HEADER},
		"a header of the transport": {Provider: "generic", Value: canary, Hosts: []string{"api.example.com"}, SlotKind: vaultv1.SlotKind_SLOT_KIND_HEADER, SlotName: "Host"},
	} {
		err := try(c)
		if errs.CodeOf(err) != codes.InvalidArgument {
			t.Errorf("%s: %v", name, err)
		} else if strings.Contains(err.Error(), canary) {
			t.Errorf("%s: the refusal quotes the value", name)
		}
	}
	for name, want := range map[string]struct{ provider, host, slotName string }{
		"o": {"openai", "https://api.openai.com:443", ""},
		"a": {"anthropic", "https://api.anthropic.com:443", "x-api-key"},
		"g": {"gemini", "https://generativelanguage.googleapis.com:443", "x-goog-api-key"},
		"v": {"google_vision", "https://vision.googleapis.com:443", "x-goog-api-key"},
		"r": {"openrouter", "https://openrouter.ai:443", ""},
		"x": {"xai", "https://api.x.ai:443", ""},
		"s": {"stability_ai", "https://api.stability.ai:443", ""},
	} {
		c, err := r.public.CreateCredential(n.ctx, &vaultv1.CreateCredentialRequest{
			Parent: "workspaces/demo", CredentialId: name, Credential: &vaultv1.Credential{Provider: want.provider, Value: canary},
		})
		must(t, err)
		if !slices.Equal(c.GetHosts(), []string{want.host}) || c.GetSlotName() != want.slotName {
			t.Errorf("%s: %v", want.provider, c)
		}
	}
}

func TestStoreLiteral(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		n, foe := r.tenant(t, "demo"), r.tenant(t, "mallory")
		store := func(as caller.Principal, hint, value string) (string, error) {
			res, err := r.sharer.StoreLiteral(caller.With(context.Background(), as), &vaultinternalv1.StoreLiteralRequest{
				Workspace: "demo", IdHint: hint, Credential: &vaultv1.Credential{Provider: "openai_compatible", Value: value, Hosts: []string{r.host()}},
			})
			return res.GetId(), err
		}
		_, err := store(foe.owner, "x", canary)
		refusedWith(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED, codes.PermissionDenied)
		got, err := store(n.owner, "llm", canary) // the harness stores it already
		must(t, err)
		if got != "llm" {
			t.Errorf("a value that is stored already is stored again as %q", got)
		}
		got, err = store(n.owner, "llm", canary+"2")
		must(t, err)
		if got == "llm" || !strings.HasPrefix(got, "llm-") {
			t.Errorf("the id is %q", got)
		}
		got, err = store(n.owner, "Step One.api_key!", canary+"3")
		must(t, err)
		res, err := r.sharer.ResolveCredentials(context.Background(), &vaultinternalv1.ResolveCredentialsRequest{Workspace: "demo", Ids: []string{got, "none", "llm"}})
		must(t, err)
		if got != "step_one_api_key_" || len(res.GetCredentials()) != 2 || res.GetCredentials()[0].GetValue() != "" {
			t.Errorf("%q; resolved %v", got, res)
		}
	})
}

// A vault does not start with a key-encryption key that others can read, that is malformed,
// or that does not belong to its database.
func TestKeyEncryptionKey(t *testing.T) {
	t.Parallel()
	in := newHarness(t, testkit.SQLite(t), "embedded:")
	in.start(t).tenant(t, "demo")
	info, err := os.Stat(in.kek)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Fatalf("made with mode %v", info.Mode())
	}
	good, err := os.ReadFile(in.kek)
	must(t, err)
	dir := t.TempDir()
	write := func(name string, b []byte, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, b, mode))
		must(t, os.Chmod(path, mode))
		return path
	}
	start := func(path string) error {
		db, err := sqldb.Open(context.Background(), in.dbURL, migrations.Files, sqldb.Options{})
		must(t, err)
		defer func() { _ = db.Close() }()
		redis, err := embedded.Open(context.Background(), "embedded:", "vault")
		must(t, err)
		defer func() { _ = redis.Close() }()
		own := testkit.Identity(t, in.ca, "vault")
		kek, err := envelope.OpenFile(path)
		if err != nil {
			return err
		}
		s, err := vault.New(vault.Config{}, vault.Deps{DB: db, Redis: redis, KEK: kek, Identity: own, Verifier: own.Verifier(), Logger: testkit.Silence()})
		must(t, err)
		defer s.Close()
		return s.Bootstrap(context.Background())
	}
	must(t, start(write("same", good, 0o600)))
	other := []byte("keyhole-kek-v1:" + strings.Repeat("A", 43) + "=\n")
	for name, path := range map[string]string{
		"readable by the group": write("group", good, 0o640), "readable by all": write("all", good, 0o604),
		"empty": write("empty", nil, 0o600), "no key": write("none", []byte("hello"), 0o600), "a folder": dir,
		"another key": write("other", other, 0o600), "none at all, next to sealed data": filepath.Join(dir, "new", "kek"),
	} {
		err := start(path)
		if err == nil {
			t.Errorf("%s: the vault starts", name)
		} else if strings.Contains(err.Error(), strings.TrimSpace(strings.TrimPrefix(string(good), "keyhole-kek-v1:"))) {
			t.Errorf("%s: the error quotes the key", name)
		}
	}
}
