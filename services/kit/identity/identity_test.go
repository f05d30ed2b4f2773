package identity_test

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/identity"
)

func authority(t testing.TB) *identity.Authority {
	t.Helper()
	a, err := identity.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func issue(t testing.TB, a *identity.Authority, service string) *identity.Identity {
	t.Helper()
	id, err := a.Issue(service)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestIssueNamesTheService(t *testing.T) {
	t.Parallel()
	id := issue(t, authority(t), "vault")
	if id.Name() != "vault" || id.ID().String() != "spiffe://keyhole/vault" {
		t.Errorf("issued %q, %q", id.Name(), id.ID())
	}
	for _, bad := range []string{"", "Vault", "a/b", "../x", "a b", "1a", "a\n"} {
		if _, err := authority(t).Issue(bad); err == nil {
			t.Errorf("a service named %q", bad)
		}
	}
}

func TestFolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "certs")
	a, err := identity.OpenAuthority(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Write(dir, "vault", "vault.local", "127.0.0.1"); err != nil {
		t.Fatal(err)
	}
	again, err := identity.OpenAuthority(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Write(dir, "runner"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ca.key", "vault.key", "runner.key"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, info.Mode(), err)
		}
	}
	vault, runner := load(t, dir, "vault"), load(t, dir, "runner")
	token, err := vault.Sign("t", claims{Exp: later()})
	if err != nil {
		t.Fatal(err)
	}
	var out claims
	if err := runner.Verifier().Verify(token, "t", []string{"vault"}, &out); err != nil {
		t.Errorf("two openings of one authority do not trust each other: %v", err)
	}
}

func load(t *testing.T, dir, service string) *identity.Identity {
	t.Helper()
	id, err := identity.LoadDir(dir, service)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestFolderThatDoesNotFitIsRefused(t *testing.T) {
	t.Parallel()
	dir, other := t.TempDir(), t.TempDir()
	for _, d := range []string{dir, other} {
		a, err := identity.OpenAuthority(d)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Write(d, "vault"); err != nil {
			t.Fatal(err)
		}
	}
	crt, key, ca := filepath.Join(dir, "vault.crt"), filepath.Join(dir, "vault.key"), filepath.Join(dir, "ca.crt")
	for name, files := range map[string][3]string{
		"foreign key":       {crt, filepath.Join(other, "vault.key"), ca},
		"foreign bundle":    {crt, key, filepath.Join(other, "ca.crt")},
		"the authority's":   {ca, filepath.Join(dir, "ca.key"), ca},
		"no such file":      {crt, key, filepath.Join(dir, "none")},
		"a key as a bundle": {crt, key, key},
	} {
		if _, err := identity.Load(files[0], files[1], files[2]); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := os.Rename(filepath.Join(other, "ca.key"), filepath.Join(dir, "ca.key")); err != nil {
		t.Fatal(err)
	}
	if _, err := identity.OpenAuthority(dir); err == nil {
		t.Error("an authority with another's key is accepted")
	}
	if _, err := identity.OpenAuthority(other); err == nil {
		t.Error("an authority without its key is accepted, or a new one overwrites it")
	}
}

func TestReloadTakesTheRenewedCertificate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, err := identity.OpenAuthority(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Write(dir, "vault"); err != nil {
		t.Fatal(err)
	}
	id := load(t, dir, "vault")
	before := leaf(t, id)
	if err := a.Write(dir, "vault"); err != nil {
		t.Fatal(err)
	}
	if err := id.Reload(); err != nil {
		t.Fatal(err)
	}
	if leaf(t, id).Equal(before) {
		t.Error("the old certificate is still in use")
	}
	if err := os.WriteFile(filepath.Join(dir, "vault.key"), []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	now := leaf(t, id)
	if err := id.Reload(); err == nil || !leaf(t, id).Equal(now) {
		t.Errorf("a broken file changed the identity: %v", err)
	}
}

func leaf(t *testing.T, id *identity.Identity) *x509.Certificate {
	t.Helper()
	cert, err := id.ServerTLS(false).GetCertificate(nil)
	if err != nil {
		t.Fatal(err)
	}
	return cert.Leaf
}
