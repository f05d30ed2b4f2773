package workflows

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/peers"
)

// Dependents are the shares of workflows.
type Dependents interface {
	// Uncover ends the use of hidden credentials by the shares of a workflow, in the
	// transaction that deletes the workflow.
	Uncover(ctx context.Context, tx *sql.Tx, w Workflow) error
	// Withdraw withdraws the grants of these shares after the transaction. deleted is the
	// time of the deletion in microseconds.
	Withdraw(ctx context.Context, w Workflow, deleted int64) error
	// Changed follows every change of a workflow, so that nobody uses remembered answers.
	Changed()
	// Suspended names the shares of a workflow that wait for their owner.
	Suspended(ctx context.Context, w Workflow) ([]string, error)
}

// Deps are what New needs. All are required.
type Deps struct {
	Store       Store
	Definitions *definition.Cache
	Peers       *peers.Peers
	Vault       vaultinternalv1.VaultInternalServiceClient
	Pages       *page.Tokens
	Log         *slog.Logger
	Now         func() time.Time
	Dependents  Dependents
}

// Workflows reads and saves workflows. It is safe for concurrent use.
type Workflows struct {
	store       Store
	definitions *definition.Cache
	peers       *peers.Peers
	vault       vaultinternalv1.VaultInternalServiceClient
	pages       *page.Tokens
	log         *slog.Logger
	now         func() time.Time
	dependents  Dependents
}

// Handlers implements the RPCs of workflows and versions.
type Handlers struct{ *Workflows }

// New wires workflows. It reads and writes nothing.
func New(d Deps) *Workflows {
	return &Workflows{
		store: d.Store, definitions: d.Definitions, peers: d.Peers, vault: d.Vault,
		pages: d.Pages, log: d.Log, now: d.Now, dependents: d.Dependents,
	}
}

// ByUID reads a workflow by its unique ID, also one in the trash. It reports whether there
// is one.
func (s *Workflows) ByUID(ctx context.Context, uid string) (Workflow, bool, error) {
	return s.store.findUID(ctx, uid)
}

// Find reads the workflow that a resource name begins with, also one in the trash.
func (s *Workflows) Find(ctx context.Context, name string) (Workflow, error) {
	w, found, err := s.store.find(ctx, resource.Segment(name, 0), resource.Segment(name, 1))
	if err != nil {
		return w, fmt.Errorf("read workflow: %w", err)
	}
	if !found {
		return w, resource.NotFound("workflow")
	}
	return w, nil
}

// FindLive is Find for callers that need a workflow outside the trash.
func (s *Workflows) FindLive(ctx context.Context, name string) (Workflow, error) {
	w, err := s.Find(ctx, name)
	if err == nil && w.Deleted != 0 {
		return w, InTrash()
	}
	return w, err
}

// InTrash refuses to work with a deleted workflow.
func InTrash() error {
	return errs.FailedPrecondition(errorsv1.Reason_REASON_NOT_FOUND, "the workflow is in the trash; undelete it first")
}

// Version reads a version of a workflow.
func (s *Workflows) Version(ctx context.Context, w Workflow, number int64) (Version, error) {
	v, found, err := s.store.version(ctx, w.UID, number)
	if err != nil {
		return v, fmt.Errorf("read version: %w", err)
	}
	if !found {
		return v, resource.NotFound("version")
	}
	return v, nil
}
