package workflows

import (
	"context"
	"database/sql"
	"log/slog"
	"time"

	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/page"
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
	// Purge deletes a workflow in the trash with its shares. It returns false when the
	// workflow was undeleted meanwhile, or when a grant of it is still pending.
	Purge(ctx context.Context, w Workflow) (bool, error)
	// Changed follows every change of a workflow, so that nobody uses remembered answers.
	Changed()
	// Suspended names the shares of a workflow that wait for their owner.
	Suspended(ctx context.Context, w Workflow) ([]string, error)
	// SuspendedActive counts those of them that are active otherwise.
	SuspendedActive(ctx context.Context, w Workflow) (int64, error)
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
type Handlers struct{ flows *Workflows }

// NewHandlers returns the handlers of workflows.
func NewHandlers(flows *Workflows) *Handlers { return &Handlers{flows: flows} }

// New wires workflows. It reads and writes nothing.
func New(d Deps) *Workflows {
	return &Workflows{
		store: d.Store, definitions: d.Definitions, peers: d.Peers, vault: d.Vault,
		pages: d.Pages, log: d.Log, now: d.Now, dependents: d.Dependents,
	}
}
