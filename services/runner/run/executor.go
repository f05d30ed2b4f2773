package run

import (
	"log/slog"
	"time"

	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/runner/booking"
	"github.com/keyhole-dev/keyhole/services/runner/compiled"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/runner/inflight"
	"github.com/keyhole-dev/keyhole/services/runner/inputs"
	"github.com/keyhole-dev/keyhole/services/runner/models"
)

// Deps are the dependencies of all runs. All are required.
type Deps struct {
	Sharing  sharinginternalv1.SharingInternalServiceClient
	Vault    vaultinternalv1.VaultInternalServiceClient
	Registry registryinternalv1.RegistryInternalServiceClient
	Workers  *modelworker.Pool
	Logger   *slog.Logger
	Now      func() time.Time

	Runs      *inflight.Runs
	Workflows *compiled.Cache
	Batcher   *booking.Batcher
	Models    *models.Store
	Codec     *imaging.Codec
	// Pictures is the memory for the decoded pictures of all runs.
	Pictures *fair.Pool
}

// Limits are those of one run.
type Limits struct {
	// Time is the longest a run may take, if its grant does not say less.
	Time time.Duration
	// ResultBytes bounds the outputs.
	ResultBytes int
	Inputs      inputs.Limits
}

// Executor does runs. All methods may be called at the same time.
type Executor struct {
	deps   Deps
	limits Limits
}

// New makes an executor. It starts nothing.
func New(deps Deps, limits Limits) *Executor { return &Executor{deps: deps, limits: limits} }

// Order is a request for a run.
type Order struct {
	// Caller is who asks. The context carries the same caller to sharing, and no further.
	Caller caller.Principal
	// Target names what to run. Do fills in the rest of the request.
	Target *sharinginternalv1.AuthorizeRunRequest
	Inputs map[string]any
	// Excluded are the outputs that the caller does not want.
	Excluded []string
	SinksOff bool
	// StepOutputs lets the events of finished steps carry a preview of what they gave. A run
	// through a link never does.
	StepOutputs bool
	// Observe receives events, if it is not nil. Many goroutines call it, and it must not block.
	Observe func(*runnerv1.RunEvent)
}

// Result is a run that succeeded and was booked.
type Result struct {
	Name    string
	Outputs []map[string]any
	// Order has the names of the outputs, in the order of the definition.
	Order    []string
	Finished *sharinginternalv1.Booking
}
