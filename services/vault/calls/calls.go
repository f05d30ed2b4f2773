package calls

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/vault/assertions"
	"github.com/keyhole-dev/keyhole/services/vault/attempts"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/credentialgrants"
	"github.com/keyhole-dev/keyhole/services/vault/credentials"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
	"github.com/keyhole-dev/keyhole/services/vault/egress/mail"
	"github.com/keyhole-dev/keyhole/services/vault/exposure"
	"github.com/keyhole-dev/keyhole/services/vault/keys"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
	"github.com/keyhole-dev/keyhole/services/vault/runs"
	"github.com/keyhole-dev/keyhole/services/vault/withholding"
)

// writeTimeout bounds a write that continues after its caller has left.
const writeTimeout = 10 * time.Second

// InternalHandlers implements IssueHandle and Egress on the internal endpoint.
type InternalHandlers struct {
	verifier    *identity.Verifier
	log         *slog.Logger
	now         func() time.Time
	handleKey   secret.Secret
	egress      *egress.Client // for steps
	fetches     *egress.Client // for pictures
	mail        *mail.Client
	bodies      *fair.Pool // of bytes, for bodies that hold a credential
	keys        *keys.Keys
	assertions  *assertions.Assertions
	credentials *credentials.Credentials
	grants      *credentialgrants.Grants
	runs        *runs.Runs
	memory      *exposure.Memory
	judge       *withholding.Judge
	running     *revocation.Running
	attempts    *attempts.Store
	audit       *audit.Log
	refused     *prometheus.CounterVec // refused uses, by reason
	outcomes    *prometheus.CounterVec // calls, by outcome
	// begin writes the intent of a call. A benchmark replaces it, to measure the cost of the write.
	begin func(context.Context, attempts.Attempt) (attempts.Beginning, error)
}

// Deps is what calls need. All fields are required.
type Deps struct {
	Verifier        *identity.Verifier // of run grants
	Logger          *slog.Logger
	Now             func() time.Time
	HandleKey       secret.Secret  // of the MAC of handles
	Egress, Fetches *egress.Client // for steps and for pictures; they share no connection
	Mail            *mail.Client
	Keys            *keys.Keys
	Assertions      *assertions.Assertions
	Credentials     *credentials.Credentials
	Grants          *credentialgrants.Grants
	Runs            *runs.Runs
	Memory          *exposure.Memory
	Judge           *withholding.Judge
	Running         *revocation.Running
	Attempts        *attempts.Store
	Audit           *audit.Log
	Refused         *prometheus.CounterVec // by reason
	Outcomes        *prometheus.CounterVec
}

// NewInternalHandlers returns the handlers of calls.
func NewInternalHandlers(d Deps) *InternalHandlers {
	return &InternalHandlers{
		verifier: d.Verifier, log: d.Logger, now: d.Now, handleKey: d.HandleKey, egress: d.Egress, fetches: d.Fetches, mail: d.Mail,
		bodies: newBodyPool(), keys: d.Keys, assertions: d.Assertions, credentials: d.Credentials, grants: d.Grants, runs: d.Runs,
		memory: d.Memory, judge: d.Judge, running: d.Running, attempts: d.Attempts, audit: d.Audit, refused: d.Refused,
		outcomes: d.Outcomes, begin: attempts.NewWriter(d.Attempts).Begin,
	}
}
