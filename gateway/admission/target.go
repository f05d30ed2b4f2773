package admission

import (
	"context"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/keyhole-dev/keyhole/gateway/auth"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
)

// Gate admits requests. It remembers for a moment which links and workflows exist, so
// that sharing is not asked for every large body.
type Gate struct {
	callers   *auth.Auth
	sharing   sharingv1.SharingServiceClient
	publicURL string
	known     *otter.Cache[string, []string] // the origins that may run a link; nil for a workflow
}

const (
	targetLife = 2 * time.Second
	maxTargets = 10_000
)

// New makes a Gate for an installation at publicURL, which may be empty.
func New(callers *auth.Auth, sharing sharingv1.SharingServiceClient, publicURL string) *Gate {
	known := otter.Must(&otter.Options[string, []string]{
		MaximumSize: maxTargets, ExpiryCalculator: otter.ExpiryWriting[string, []string](targetLife),
	})
	return &Gate{callers: callers, sharing: sharing, publicURL: publicURL, known: known}
}

// Link returns an error unless the link shows something to the caller.
func (g *Gate) Link(ctx context.Context, token string) error {
	_, err := g.runOrigins(ctx, token)
	return err
}

// runOrigins returns the origins whose pages may run a link.
func (g *Gate) runOrigins(ctx context.Context, token string) ([]string, error) {
	return g.find("link "+token, func() ([]string, error) {
		view, err := g.sharing.GetSharedWorkflow(ctx, &sharingv1.GetSharedWorkflowRequest{Token: token})
		return view.GetRunOrigins(), err
	})
}

// Workflow returns an error unless the workspace of the caller has the workflow.
func (g *Gate) Workflow(ctx context.Context, by caller.Principal, name string) error {
	_, err := g.find(by.Workspace+" "+name, func() ([]string, error) {
		_, err := g.sharing.GetWorkflow(ctx, &sharingv1.GetWorkflowRequest{Name: name})
		return nil, err
	})
	return err
}

// find caches only existing links and workflows, so a new link works immediately.
func (g *Gate) find(key string, ask func() ([]string, error)) ([]string, error) {
	if origins, ok := g.known.GetIfPresent(key); ok {
		return origins, nil
	}
	origins, err := ask()
	if err == nil {
		g.known.Set(key, origins)
	}
	return origins, err
}
