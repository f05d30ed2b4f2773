package withholding

import (
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/credentials"
	"github.com/keyhole-dev/keyhole/services/vault/exposure"
	"github.com/keyhole-dev/keyhole/services/vault/guard"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
)

// writeTimeout bounds writes that continue after their caller has left.
const writeTimeout = 10 * time.Second

// Judge decides which texts may leave, and suspends a share when one may not.
type Judge struct {
	db          *sqldb.DB
	credentials *credentials.Credentials
	memory      *exposure.Memory
	events      *audit.Log
	bus         *revocation.Bus
	guards      *guards
	log         *slog.Logger
	now         func() time.Time
	refused     *prometheus.CounterVec // by reason
}

// Deps is what a judge needs. All fields are required.
type Deps struct {
	DB          *sqldb.DB
	Credentials *credentials.Credentials
	Memory      *exposure.Memory
	Events      *audit.Log
	Bus         *revocation.Bus
	Logger      *slog.Logger
	Now         func() time.Time
	Refused     *prometheus.CounterVec
}

// New returns a judge. It drops the guards of a subject that has ended.
func New(d Deps) *Judge {
	s := &Judge{
		db: d.DB, credentials: d.Credentials, memory: d.Memory, events: d.Events, bus: d.Bus, guards: newGuards(), log: d.Logger,
		now: d.Now, refused: d.Refused,
	}
	d.Bus.Subscribe(func(verb revocation.Verb, subject string) {
		if verb == revocation.Ended {
			s.guards.drop(subject)
		}
	})
	return s
}

// Together returns the guard that looks for the secrets of one request in its answer.
func (s *Judge) Together(names []Secret, values []secret.Secret) (*guard.Set, error) {
	return s.guards.together(names, values)
}

// ProviderFailed is the one error for a refused address, an unknown name, a closed port, a truncated answer and a
// withheld answer, so that nobody learns which one it was.
func ProviderFailed() error {
	return errs.Unavailable("the destination cannot be reached or closed the connection (only public https:// addresses and those that the operator lists can be called)").WithReason(errorsv1.Reason_REASON_PROVIDER_FAILED)
}
