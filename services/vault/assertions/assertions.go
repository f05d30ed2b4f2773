package assertions

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/kit/recent"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/keys"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
	"github.com/keyhole-dev/keyhole/services/vault/sessions"
	"github.com/keyhole-dev/keyhole/services/vault/tokens"
)

// assertionLife is how long an assertion is valid: long enough for the hops of one request.
const assertionLife = 10 * time.Second

// login is the principal of a key, and the end of the assertion made for it.
type login struct {
	principal caller.Principal
	until     time.Time
}

// maxRecent bounds the cached logins.
const maxRecent = 8192

// Assertions turns presented keys and sessions into signed principals.
type Assertions struct {
	keys     *keys.Keys
	sessions *sessions.Sessions
	identity *identity.Identity
	key      secret.Secret // of proofs
	now      func() time.Time
	logins   *recent.Cache[login]   // by the hash of the key or session
	counter  *prometheus.CounterVec // of presented keys and sessions, by their outcome
}

// New returns assertions that are signed with an identity and proved with a key of the vault. When the bus names
// any key or session, all cached logins are dropped: the cache has hashes, and the bus names.
func New(keys *keys.Keys, sessions *sessions.Sessions, own *identity.Identity, key secret.Secret, bus *revocation.Bus, now func() time.Time, presented *prometheus.CounterVec) *Assertions {
	a := &Assertions{keys: keys, sessions: sessions, identity: own, key: key, now: now, logins: recent.New[login](now, maxRecent), counter: presented}
	bus.Subscribe(func(_ revocation.Verb, subject string) {
		if revocation.IsLogin(subject) {
			a.logins.DropAll()
		}
	})
	return a
}

// Identify returns the principal of a key, for the vault's own public endpoint (rpc.ServerConfig).
func (a *Assertions) Identify(ctx context.Context, key secret.Secret) (caller.Principal, error) {
	l, err := a.login(ctx, key)
	return l.principal, err
}

// login looks a key up. A malformed, an unknown and a revoked key get the same answer.
func (a *Assertions) login(ctx context.Context, text secret.Secret) (login, error) {
	if !tokens.OwnerKey.Is(text) && !tokens.OperatorKey.Is(text) {
		a.counter.WithLabelValues("malformed").Inc()
		return login{}, unauthenticated(errors.New("malformed key"))
	}
	hash := tokens.Hash(text)
	return a.counted(a.logins.Get(ctx, string(hash), func(ctx context.Context) (login, error) { return a.lookUp(ctx, hash) }))
}

// session looks a session up. It refuses a key, and login refuses a session.
func (a *Assertions) session(ctx context.Context, token secret.Secret) (login, error) {
	if !tokens.Session.Is(token) { // the cache has keys too
		a.counter.WithLabelValues("malformed").Inc()
		return login{}, sessions.Ended(errors.New("malformed session"))
	}
	return a.counted(a.logins.Get(ctx, string(tokens.Hash(token)), func(ctx context.Context) (login, error) {
		s, err := a.sessions.Present(ctx, token)
		if err != nil {
			return login{}, err
		}
		p, err := principal(s.KeyKind, s.Role, s.Workspace, s.Key())
		if err != nil {
			return login{}, err
		}
		p.Session = s.Name()
		return a.assert(p, min(assertionLife, sqldb.FromMicros(s.ExpireTime).Sub(a.now())))
	}))
}

func (a *Assertions) counted(l login, err error) (login, error) {
	switch {
	case err == nil:
		a.counter.WithLabelValues("ok").Inc()
	case errs.ReasonOf(err) == errorsv1.Reason_REASON_UNAUTHENTICATED:
		a.counter.WithLabelValues("refused").Inc()
	}
	return l, err
}

func (a *Assertions) lookUp(ctx context.Context, hash []byte) (login, error) {
	k, err := a.keys.ByHash(ctx, hash)
	switch {
	case errors.Is(err, sqldb.ErrNoRow):
		return login{}, unauthenticated(errors.New("unknown key"))
	case err != nil:
		return login{}, err
	case subtle.ConstantTimeCompare(k.Hash, hash) != 1 || k.RevokeTime.Valid:
		return login{}, unauthenticated(errors.New("revoked key"))
	}
	p, err := principal(k.Kind, k.Role, k.Workspace, k.Name())
	if err != nil {
		return login{}, err
	}
	return a.assert(p, assertionLife)
}

// principal is the holder of a key. role is that of the person the key belongs to.
func principal(kind string, role keys.Role, workspace, key string) (caller.Principal, error) {
	p := caller.Principal{Workspace: workspace, Key: key, Visitor: key}
	switch kind {
	case keys.KindOwner:
		p.Kind = role.Kind()
	case keys.KindOperator:
		p.Kind = caller.Operator
	}
	if p.Kind == caller.None {
		return caller.Principal{}, unauthenticated(errors.New("a key that nobody can present"))
	}
	return p, nil
}

func unauthenticated(cause error) error {
	return errs.Unauthenticated("the key is unknown, malformed or revoked; copy it completely, or ask an owner of the workspace for a new one").Because(cause)
}

// assert signs the principal of a key.
func (a *Assertions) assert(p caller.Principal, life time.Duration) (login, error) {
	made := rpc.NewAssertion(p, a.now(), life)
	made.Proof = base64.RawURLEncoding.EncodeToString(a.proof(made))
	token, err := made.Sign(a.identity)
	if err != nil {
		return login{}, err
	}
	p.Assertion = token
	return login{principal: p, until: time.Unix(made.Expiry, 0)}, nil
}

func (a *Assertions) proof(of rpc.Assertion) []byte {
	m := hmac.New(sha256.New, a.key.Expose())
	m.Write(secret.Bind(of.Kind, of.Workspace, of.Key, of.Session, strconv.FormatInt(of.NotBefore, 10), strconv.FormatInt(of.Expiry, 10)))
	return m.Sum(nil)
}

// Authority returns the key of the owner or editor of a workspace who was asserted at a time. The assertion may have
// expired since: the proof shows that this vault made it.
func (a *Assertions) Authority(token, workspace string, at time.Time) (string, error) {
	var given rpc.Assertion
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return "", errors.New("no authority")
	}
	payload, err := base64.RawURLEncoding.Strict().DecodeString(parts[1])
	if err != nil || json.Unmarshal(payload, &given) != nil {
		return "", errors.New("authority cannot be read")
	}
	proof, err := base64.RawURLEncoding.Strict().DecodeString(given.Proof)
	if err != nil || !hmac.Equal(proof, a.proof(given)) {
		return "", errors.New("authority is not the vault's own")
	}
	from, to := time.Unix(given.NotBefore, 0).Add(-identity.Skew), time.Unix(given.Expiry, 0).Add(identity.Skew)
	switch {
	case !caller.KindOf(given.Kind).MayRun() || given.Workspace != workspace:
		return "", errors.New("authority of another workspace")
	case at.Before(from) || at.After(to):
		return "", errors.New("authority of another time")
	}
	return given.Key, nil
}
