package rpc

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc/metadata"

	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/throttle"
)

// Metadata keys. Keys with the prefix keyhole- are accepted from peers only.
const (
	principalKey = "keyhole-principal" // a member's or operator's assertion
	visitorKey   = "keyhole-visitor"   // a guest's pseudonym
	passKey      = "link-pass"         // what the caller shows of the gate of a link; anyone may send it
	requestIDKey = "x-request-id"
	authKey      = "authorization"
)

// AssertionType is the JWS type of a principal assertion, and AssertionIssuer
// the one service that signs it.
const (
	AssertionType   = "principal"
	AssertionIssuer = "vault"
)

// SessionPrefix begins the token of a session, so that a reader can tell it from a key. The
// vault makes both.
const SessionPrefix = "khs_"

// PassPrefix begins a pass: what a visitor gets who passes the gate of a link. Sharing makes passes
// and judges them.
const PassPrefix = "khp_"

// GuestKey is the key that runs of guests are charged to.
const GuestKey = "workspaces/operator/keys/guest"

// maxKey bounds a key in bytes. Every valid key is shorter.
const maxKey = 200

var issuers = []string{AssertionIssuer}

// Assertion is the wire form of a principal: a claim of the vault about who is calling.
type Assertion struct {
	Kind      string `json:"kind"`
	Workspace string `json:"workspace"`
	Key       string `json:"key"`
	Session   string `json:"session,omitempty"`
	Visitor   string `json:"visitor"`
	NotBefore int64  `json:"nbf"`
	Expiry    int64  `json:"exp"`
	// Proof lets the vault recognise its own assertion after the signature has expired,
	// when the steps of a long run ask for handles. Other services ignore it.
	Proof string `json:"proof"`
}

// NewAssertion returns the assertion of a member or operator, valid from now for ttl.
func NewAssertion(p caller.Principal, now time.Time, ttl time.Duration) Assertion {
	return Assertion{
		Kind: p.Kind.String(), Workspace: p.Workspace, Key: p.Key, Session: p.Session, Visitor: p.Visitor,
		NotBefore: now.Unix(), Expiry: now.Add(ttl).Unix(),
	}
}

// Sign returns the assertion as a token. Other services accept it only when id is the
// vault's identity.
func (a Assertion) Sign(id *identity.Identity) (string, error) {
	if !asserted(caller.KindOf(a.Kind)) {
		return "", errors.New("only holders of a key have assertions")
	}
	return id.Sign(AssertionType, a)
}

// VerifyPrincipal verifies an assertion and returns its principal.
func VerifyPrincipal(v *identity.Verifier, token string) (caller.Principal, error) {
	if v == nil {
		return caller.Principal{}, refused(errors.New("no verifier"))
	}
	a, err := identity.VerifyAs[Assertion](v, token, AssertionType, issuers)
	if err != nil {
		return caller.Principal{}, refused(err)
	}
	p := caller.Principal{Kind: caller.KindOf(a.Kind), Workspace: a.Workspace, Key: a.Key, Session: a.Session, Visitor: a.Visitor, Assertion: token}
	if !asserted(p.Kind) {
		return caller.Principal{}, refused(errors.New("an assertion of an unknown kind"))
	}
	if p.Workspace == "" || p.Key == "" {
		return caller.Principal{}, refused(errors.New("an assertion without workspace or key"))
	}
	return p, nil
}

// asserted reports whether the vault asserts principals of a kind.
func asserted(k caller.Kind) bool { return k.OfWorkspace() || k == caller.Operator }

func refused(err error) error {
	return errs.Unauthenticated("invalid caller assertion").Because(err)
}

// principal returns the principal on whose behalf a call is made, with its pass.
func (s *calls) principal(ctx context.Context, peer peerInfo, address string) (caller.Principal, error) {
	p, err := s.proven(ctx, peer, address)
	if err != nil || p.Kind == caller.None {
		return p, err
	}
	switch shown := metadata.ValueFromIncomingContext(ctx, passKey); {
	case len(shown) > 1 || len(shown) == 1 && (p.Pass != "" || len(shown[0]) > maxKey):
		return caller.Principal{}, refused(errors.New("more than one pass, or one that is too long"))
	case len(shown) == 1:
		p.Pass = shown[0]
	}
	return p, nil
}

// proven returns the principal that the assertion, the key or the address of a call proves.
func (s *calls) proven(ctx context.Context, peer peerInfo, address string) (caller.Principal, error) {
	// Read single keys, because reading all metadata would copy it.
	forwarded, visitor := metadata.ValueFromIncomingContext(ctx, principalKey), metadata.ValueFromIncomingContext(ctx, visitorKey)
	keys := metadata.ValueFromIncomingContext(ctx, authKey)
	if (len(forwarded) > 0 || len(visitor) > 0) && !slices.Contains(s.cfg.Forwarders, peer.name) {
		return caller.Principal{}, refused(errors.New("a principal in metadata from a caller that may not forward one"))
	}
	if len(forwarded) > 1 || len(visitor) > 1 || len(keys) > 1 || len(forwarded)+len(visitor)+len(keys) > 1 {
		return caller.Principal{}, refused(errors.New("more than one caller assertion"))
	}
	switch {
	case len(forwarded) == 1:
		return VerifyPrincipal(s.cfg.Verifier, forwarded[0])
	case len(visitor) == 1:
		return guest(visitor[0]), nil
	case s.cfg.Endpoint == Internal && len(keys) > 0:
		return caller.Principal{}, refused(errors.New("an API key on an internal endpoint"))
	case s.cfg.Endpoint == Internal:
		return caller.Principal{}, nil
	case len(keys) == 1:
		return s.authenticate(ctx, keys[0], address)
	default:
		return guest(s.visitors.Of(address)), nil
	}
}

func guest(visitor string) caller.Principal {
	return caller.Principal{Kind: caller.Guest, Workspace: "operator", Key: GuestKey, Visitor: visitor}
}

func (s *calls) authenticate(ctx context.Context, header, address string) (caller.Principal, error) {
	scheme, key, ok := strings.Cut(header, " ")
	key = strings.TrimSpace(key)
	if !ok || !strings.EqualFold(scheme, "Bearer") || key == "" || len(key) > maxKey || s.cfg.Authenticate == nil {
		return caller.Principal{}, errs.Unauthenticated("the authorization header is not \"Bearer <key>\" with a key of this installation")
	}
	if strings.HasPrefix(key, PassPrefix) {
		p := guest(s.visitors.Of(address))
		p.Pass = key
		return p, nil
	}
	p, err := throttle.Try(ctx, s.keys, block(address), secret.FromString(key), s.cfg.Authenticate)
	if err != nil {
		return caller.Principal{}, err
	}
	if !asserted(p.Kind) {
		return caller.Principal{}, refused(errors.New("an unknown key"))
	}
	return p, nil
}

// Pseudonyms maps addresses to names by a keyed one-way hash.
type Pseudonyms struct{ key secret.Secret }

// NewPseudonyms uses a key that replicas share, or generates one if it is empty.
func NewPseudonyms(key secret.Secret) Pseudonyms {
	if key.IsZero() {
		key = secret.FromString(rand.Text())
	}
	return Pseudonyms{key: key}
}

// Of returns the pseudonym of an address. Addresses of one visitor have the same one.
func (p Pseudonyms) Of(address string) string {
	mac := hmac.New(sha256.New, p.key.Expose())
	mac.Write([]byte(block(address)))
	return "guest-" + hex.EncodeToString(mac.Sum(nil)[:12])
}

// block returns the /64 of an IPv6 address, because one visitor owns all of it.
func block(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	return fair.Address(ip)
}
