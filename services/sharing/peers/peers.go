package peers

import (
	"context"
	"fmt"
	"strings"
	"time"

	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/recent"
)

// maxAnswers bounds the answers of each kind that are kept.
const maxAnswers = 4096

// Peers asks the vault and the registry. It is safe for concurrent use.
type Peers struct {
	vault    vaultinternalv1.VaultInternalServiceClient
	registry registryinternalv1.RegistryInternalServiceClient

	keys         *recent.Cache[*vaultinternalv1.ResolveKeyResponse]
	models       *recent.Cache[[]*registryinternalv1.ModelCheck]
	credentials  *recent.Cache[map[string]*vaultv1.Credential]
	workspaces   *recent.Cache[*vaultinternalv1.ResolveWorkspaceResponse]
	destinations *recent.Cache[[]string]
}

// New returns peers that read the time from now.
func New(vault vaultinternalv1.VaultInternalServiceClient, registry registryinternalv1.RegistryInternalServiceClient, now func() time.Time) *Peers {
	return &Peers{
		vault: vault, registry: registry,
		keys:         recent.New[*vaultinternalv1.ResolveKeyResponse](now, maxAnswers),
		models:       recent.New[[]*registryinternalv1.ModelCheck](now, maxAnswers),
		credentials:  recent.New[map[string]*vaultv1.Credential](now, maxAnswers),
		workspaces:   recent.New[*vaultinternalv1.ResolveWorkspaceResponse](now, maxAnswers),
		destinations: recent.New[[]string](now, maxAnswers),
	}
}

// Key returns what the vault knows of a key.
func (p *Peers) Key(ctx context.Context, name string) (*vaultinternalv1.ResolveKeyResponse, error) {
	return p.keys.Get(ctx, name, func(ctx context.Context) (*vaultinternalv1.ResolveKeyResponse, error) {
		out, err := p.vault.ResolveKey(ctx, &vaultinternalv1.ResolveKeyRequest{Name: name})
		if err != nil {
			return nil, fmt.Errorf("resolve key: %w", err)
		}
		return out, nil
	})
}

const separator = "\x00"

// cacheKey joins names to the key of an answer. A definition may contain any text as a
// name: a separator in one would split it, so it becomes the replacement character. No
// credential, model or address contains that.
func cacheKey(names []string) string {
	clean := make([]string, len(names))
	for i, name := range names {
		clean[i] = strings.ReplaceAll(name, separator, "\uFFFD")
	}
	return strings.Join(clean, separator)
}
