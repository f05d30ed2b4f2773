package identity

import (
	"path/filepath"
	"testing"
	"time"
)

type lasting struct {
	Expiry int64 `json:"exp"`
}

func signLasting(t *testing.T, id *Identity, n int64) string {
	t.Helper()
	token, err := id.Sign("t", lasting{Expiry: time.Now().Add(time.Hour).Unix() + n})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// A process knows its own tokens, and those of no other process: a second process with the same files checks the
// signature.
func TestOnlyOwnTokensAreKnown(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, err := OpenAuthority(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Write(dir, "vault"); err != nil {
		t.Fatal(err)
	}
	one, other := loaded(t, dir), loaded(t, dir)
	token := signLasting(t, one, 0)
	if one.Verifier().signed.get(token, "t") == nil {
		t.Error("the process does not know its own token")
	}
	if one.Verifier().signed.get(token, "other") != nil {
		t.Error("known as another type")
	}
	if other.Verifier().signed.get(token, "t") != nil {
		t.Error("known in a process that did not sign it")
	}
	var out lasting
	if err := other.Verifier().Verify(token, "t", []string{"vault"}, &out); err != nil {
		t.Errorf("refused in another process: %v", err)
	}
	changed := []byte(token)
	changed[len(changed)-10] ^= 1
	if err := one.Verifier().Verify(string(changed), "t", []string{"vault"}, &out); err == nil {
		t.Error("a changed token is accepted")
	}
}

// After a reload the tokens of before are checked against the trust bundle of now.
func TestReloadForgetsOwnTokens(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, err := OpenAuthority(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Write(dir, "vault"); err != nil {
		t.Fatal(err)
	}
	id := loaded(t, dir)
	v, token := id.Verifier(), signLasting(t, id, 0)
	var out lasting
	if err := v.Verify(token, "t", []string{"vault"}, &out); err != nil {
		t.Fatal(err)
	}
	if _, err := VerifyAs[lasting](v, token, "t", []string{"vault"}); err != nil {
		t.Fatal(err)
	}
	b, err := OpenAuthority(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	// Another authority takes over: the old certificate is not trusted any more.
	if err := b.Write(dir, "vault"); err != nil {
		t.Fatal(err)
	}
	if err := writePEM(filepath.Join(dir, "ca.crt"), 0o644, "CERTIFICATE", b.cert.Raw); err != nil {
		t.Fatal(err)
	}
	if err := id.Reload(); err != nil {
		t.Fatal(err)
	}
	if err := v.Verify(token, "t", []string{"vault"}, &out); err == nil {
		t.Error("a token of the replaced identity is accepted")
	}
}

func TestOwnTokensAreBounded(t *testing.T) {
	t.Parallel()
	a, err := NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	id, err := a.Issue("vault")
	if err != nil {
		t.Fatal(err)
	}
	first := signLasting(t, id, 0)
	for n := range int64(2 * cacheTokens) {
		signLasting(t, id, n+1)
	}
	if id.signed.get(first, "t") != nil {
		t.Error("the first of many tokens is still known")
	}
	if known := len(id.signed.tokens.young) + len(id.signed.tokens.old); known > cacheTokens {
		t.Errorf("%d tokens are known, more than %d", known, cacheTokens)
	}
	var out lasting
	if err := id.Verifier().Verify(first, "t", []string{"vault"}, &out); err != nil {
		t.Errorf("a forgotten token is refused: %v", err)
	}
}

func loaded(t *testing.T, dir string) *Identity {
	t.Helper()
	id, err := LoadDir(dir, "vault")
	if err != nil {
		t.Fatal(err)
	}
	return id
}
