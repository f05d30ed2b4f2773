package vault

import (
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/kit/redisx"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
	"github.com/keyhole-dev/keyhole/services/vault/envelope"
	"github.com/keyhole-dev/keyhole/services/vault/openid"
)

// Config is what an operator sets. The zero value works.
type Config struct {
	// GuestRuns and GuestPeriod are the budget that Bootstrap gives the key
	// workspaces/operator/keys/guest, which visitors without a key are charged to. Zero means
	// 200 runs a day. Later changes go to the budget of that key.
	GuestRuns   int64
	GuestPeriod vaultv1.Period
	// SignUp lets visitors create workspaces. Their keys have the budget of GuestRuns, as a limit of the operator.
	SignUp bool
	// OpenID is the identity provider that people sign in with; without Issuer there is none.
	OpenID openid.Settings
	// EgressAllow lists what steps may call although it is not public:
	// "10.0.0.0/8", "127.0.0.1:11434", "ollama:11434".
	EgressAllow []string
	// FetchAllow lists in the same way where pictures may be fetched from. It is a separate
	// list, because visitors choose the URL of a picture.
	FetchAllow []string
	// EgressPlaintext allows http:// for public destinations.
	EgressPlaintext bool
	// EgressCAFile names a PEM file of certificate authorities to trust for providers, the
	// identity provider too, in addition to the machine's. Empty means none.
	EgressCAFile string
	// Egress sets limits of the clients for outbound calls. New sets its Rules and RootCAs from
	// the fields above.
	Egress egress.Config
}

func (c Config) signUpBudget() *vaultv1.Budget {
	if !c.SignUp {
		return nil
	}
	return &vaultv1.Budget{Runs: c.GuestRuns, Period: c.GuestPeriod}
}

func (c Config) withDefaults() Config {
	if c.GuestRuns == 0 {
		c.GuestRuns = 200
	}
	if c.GuestPeriod == vaultv1.Period_PERIOD_UNSPECIFIED {
		c.GuestPeriod = vaultv1.Period_PERIOD_DAY
	}
	return c
}

// Deps are all required, except Metrics and Now.
type Deps struct {
	// DB was opened with migrations.Files.
	DB *sqldb.DB
	// Redis belongs only to the vault: it holds counters of calls, visitors' credentials
	// (sealed) and messages between replicas.
	Redis *redisx.Client
	// KEK is the key-encryption key, from envelope.OpenFile. All replicas need the same key.
	KEK *envelope.KEK
	// Identity signs principal assertions.
	Identity *identity.Identity
	// Verifier checks run grants.
	Verifier *identity.Verifier
	Logger   *slog.Logger
	// Metrics registers the counters; nil means that nobody reads them.
	Metrics prometheus.Registerer
	// Now is time.Now if it is nil.
	Now func() time.Time
}

func (d Deps) check() error {
	if d.DB == nil || d.Redis == nil || d.KEK == nil || d.Identity == nil || d.Verifier == nil || d.Logger == nil {
		return errors.New("vault: DB, Redis, KEK, Identity, Verifier and Logger are required")
	}
	return nil
}
