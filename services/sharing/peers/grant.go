package peers

import (
	"context"
	"fmt"

	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
)

// CredentialGrant returns the vault's grant of a share as the vault remembers it.
func (p *Peers) CredentialGrant(ctx context.Context, share string) (*vaultinternalv1.GetCredentialGrantResponse, error) {
	return p.credentialGrant(ctx, &vaultinternalv1.GetCredentialGrantRequest{Share: share})
}

// CredentialGrantNow is CredentialGrant for a decision that must see a suspension of this
// moment: the vault reads its rows, and does not count the calls left.
func (p *Peers) CredentialGrantNow(ctx context.Context, share string) (*vaultinternalv1.GetCredentialGrantResponse, error) {
	return p.credentialGrant(ctx, &vaultinternalv1.GetCredentialGrantRequest{Share: share, Now: true})
}

func (p *Peers) credentialGrant(ctx context.Context, r *vaultinternalv1.GetCredentialGrantRequest) (*vaultinternalv1.GetCredentialGrantResponse, error) {
	out, err := p.vault.GetCredentialGrant(ctx, r)
	if err != nil {
		return nil, fmt.Errorf("read credential grant: %w", err)
	}
	return out, nil
}

// WaitsForOwner reports whether a grant is suspended until its owner acts: the guard has
// found the credential in an answer, a credential differs from the one that was granted,
// or one needs a new value.
func WaitsForOwner(g *vaultinternalv1.GetCredentialGrantResponse) bool {
	return g.GetSuspended() || len(g.GetUnconfirmed()) > 0 || len(g.GetExposed()) > 0
}
