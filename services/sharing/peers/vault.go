package peers

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
)

// Credentials returns the credentials of a workspace that exist, by ID. They have no
// values.
func (p *Peers) Credentials(ctx context.Context, workspace string, ids []string) (map[string]*vaultv1.Credential, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	key := cacheKey(append([]string{workspace}, ids...))
	return p.credentials.Get(ctx, key, func(ctx context.Context) (map[string]*vaultv1.Credential, error) {
		parts := strings.Split(key, separator)
		out, err := p.vault.ResolveCredentials(ctx, &vaultinternalv1.ResolveCredentialsRequest{Workspace: parts[0], Ids: parts[1:]})
		if err != nil {
			return nil, fmt.Errorf("resolve credentials: %w", err)
		}
		found := make(map[string]*vaultv1.Credential, len(out.GetCredentials()))
		for _, c := range out.GetCredentials() {
			found[resource.Segment(c.GetName(), 1)] = c
		}
		return found, nil
	})
}

// Titles returns the titles of keys and credentials of a workspace, by ID.
func (p *Peers) Titles(ctx context.Context, workspace string, keys, credentials []string) (*vaultinternalv1.ResolveTitlesResponse, error) {
	out, err := p.vault.ResolveTitles(ctx, &vaultinternalv1.ResolveTitlesRequest{Workspace: workspace, Keys: keys, Credentials: credentials})
	if err != nil {
		return nil, fmt.Errorf("resolve titles: %w", err)
	}
	return out, nil
}

// Title returns the text that others see for a workspace: its title, or its ID when it has none.
func (p *Peers) Title(ctx context.Context, workspace string) (string, error) {
	out, err := p.workspace(ctx, workspace)
	return cmp.Or(out.GetTitle(), workspace), err
}

// SuspendedBy returns why the operator has suspended a share or its whole workspace, "" if it has not.
func (p *Peers) SuspendedBy(ctx context.Context, workspace, share string) (reason string, err error) {
	out, err := p.workspace(ctx, workspace)
	for _, s := range out.GetSuspensions() {
		if s.GetTarget() == share || s.GetTarget() == resource.Workspace(workspace) {
			return s.GetReason(), err
		}
	}
	return "", err
}

func (p *Peers) workspace(ctx context.Context, id string) (*vaultinternalv1.ResolveWorkspaceResponse, error) {
	return p.workspaces.Get(ctx, id, func(ctx context.Context) (*vaultinternalv1.ResolveWorkspaceResponse, error) {
		out, err := p.vault.ResolveWorkspace(ctx, &vaultinternalv1.ResolveWorkspaceRequest{Workspace: id})
		if err != nil {
			return nil, fmt.Errorf("resolve workspace: %w", err)
		}
		return out, nil
	})
}

// UnknownDestinations returns those of the canonical addresses that hidden credentials
// may go to only after their owner has confirmed it.
func (p *Peers) UnknownDestinations(ctx context.Context, addresses []string) ([]string, error) {
	if len(addresses) == 0 {
		return nil, nil
	}
	key := cacheKey(addresses)
	return p.destinations.Get(ctx, key, func(ctx context.Context) ([]string, error) {
		out, err := p.vault.VetDestinations(ctx, &vaultinternalv1.VetDestinationsRequest{Destinations: strings.Split(key, separator)})
		if err != nil {
			return nil, fmt.Errorf("vet destinations: %w", err)
		}
		return out.GetUnknown(), nil
	})
}
