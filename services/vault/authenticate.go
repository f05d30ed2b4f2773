package vault

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// assertionLife is how long an assertion is good for: long enough for the hops
// of one request, and no longer.
const assertionLife = 10 * time.Second

// login is a key that was looked up, and the assertion made for it.
type login struct {
	principal caller.Principal
	until     time.Time
}

// Authenticate swaps a presented key for a principal assertion.
func (s *Service) Authenticate(ctx context.Context, req *vaultinternalv1.AuthenticateRequest) (*vaultinternalv1.AuthenticateResponse, error) {
	l, err := s.login(ctx, secret.FromString(req.GetKey()))
	if err != nil {
		return nil, err
	}
	return &vaultinternalv1.AuthenticateResponse{Assertion: l.principal.Assertion, ExpireTime: timestamppb.New(l.until)}, nil
}

// Identify is Authenticate for the vault's own public face (rpc.ServerConfig).
func (s *Service) Identify(ctx context.Context, key secret.Secret) (caller.Principal, error) {
	l, err := s.login(ctx, key)
	return l.principal, err
}

// login looks a key up. What is malformed, unknown and revoked gets one answer.
func (s *Service) login(ctx context.Context, text secret.Secret) (login, error) {
	if !wellFormed(text) {
		s.metrics.logins.WithLabelValues("malformed").Inc()
		return login{}, unauthenticated(errors.New("malformed key"))
	}
	hash := hashKey(text)
	l, err := s.logins.Get(ctx, string(hash), func(ctx context.Context) (login, error) { return s.lookUp(ctx, hash) })
	switch {
	case err == nil:
		s.metrics.logins.WithLabelValues("ok").Inc()
	case errs.ReasonOf(err) == errorsv1.Reason_REASON_UNAUTHENTICATED:
		s.metrics.logins.WithLabelValues("refused").Inc()
	}
	return l, err
}

func (s *Service) lookUp(ctx context.Context, hash []byte) (login, error) {
	k, err := s.store.keyByHash(ctx, hash)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return login{}, unauthenticated(errors.New("unknown key"))
	case err != nil:
		return login{}, err
	case subtle.ConstantTimeCompare(k.hash, hash) != 1 || k.revokeTime.Valid:
		return login{}, unauthenticated(errors.New("revoked key"))
	}
	p := caller.Principal{Workspace: k.workspace, Key: k.name(), Visitor: k.name()}
	switch k.kind {
	case kindOwner:
		p.Kind = caller.Member
	case kindOperator:
		p.Kind = caller.Operator
	default:
		return login{}, unauthenticated(errors.New("a key that nobody presents"))
	}
	return s.assert(p)
}

func unauthenticated(cause error) error {
	return errs.Unauthenticated(errorsv1.Reason_REASON_UNAUTHENTICATED, "the key is unknown, malformed or revoked").Because(cause)
}

// assert signs who a key is.
func (s *Service) assert(p caller.Principal) (login, error) {
	a := rpc.NewAssertion(p, s.now(), assertionLife)
	a.Proof = base64.RawURLEncoding.EncodeToString(s.proof(a))
	token, err := a.Sign(s.identity)
	if err != nil {
		return login{}, err
	}
	p.Assertion = token
	return login{principal: p, until: time.Unix(a.Expiry, 0)}, nil
}

func (s *Service) proof(a rpc.Assertion) []byte {
	m := hmac.New(sha256.New, s.assertionKey.Expose())
	m.Write(secret.Bind(a.Kind, a.Workspace, a.Key, strconv.FormatInt(a.NotBefore, 10), strconv.FormatInt(a.Expiry, 10)))
	return m.Sum(nil)
}

// authority checks that a member of a workspace was there at a time: it returns
// the member's key. The assertion may have expired since.
func (s *Service) authority(token, workspace string, at time.Time) (string, error) {
	var a rpc.Assertion
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return "", errors.New("no authority")
	}
	payload, err := base64.RawURLEncoding.Strict().DecodeString(parts[1])
	if err != nil || json.Unmarshal(payload, &a) != nil {
		return "", errors.New("authority cannot be read")
	}
	given, err := base64.RawURLEncoding.Strict().DecodeString(a.Proof)
	if err != nil || !hmac.Equal(given, s.proof(a)) {
		return "", errors.New("authority is not the vault's own")
	}
	from, to := time.Unix(a.NotBefore, 0).Add(-identity.Skew), time.Unix(a.Expiry, 0).Add(identity.Skew)
	switch {
	case a.Kind != caller.Member.String() || a.Workspace != workspace:
		return "", errors.New("authority of somebody else")
	case at.Before(from) || at.After(to):
		return "", errors.New("authority of another time")
	}
	return a.Key, nil
}
