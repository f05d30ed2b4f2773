package trials

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"time"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/attempts"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/credentials"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
	"github.com/keyhole-dev/keyhole/services/vault/egress/mail"
	"github.com/keyhole-dev/keyhole/services/vault/keys"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
)

const (
	// callTimeout bounds a test, because a person waits for it.
	callTimeout = 15 * time.Second
	// writeTimeout bounds the write of an outcome, which continues after the caller has left.
	writeTimeout = 10 * time.Second
	// maxAnswer bounds how much of an answer the guard reads, in bytes.
	maxAnswer = 256 << 10
)

// Handlers tests credentials.
type Handlers struct {
	d        Deps
	throttle throttle
}

// Deps is what tests need. All fields are required.
type Deps struct {
	Credentials *credentials.Credentials
	Keys        *keys.Keys
	Egress      *egress.Client // of steps
	Mail        *mail.Client
	Attempts    *attempts.Store
	Running     *revocation.Running
	Logger      *slog.Logger
	Now         func() time.Time
}

// NewHandlers returns the handlers of tests.
func NewHandlers(d Deps) *Handlers { return &Handlers{d: d} }

// TestCredential makes one harmless call with a credential.
func (h *Handlers) TestCredential(ctx context.Context, req *vaultv1.TestCredentialRequest) (*vaultv1.TestCredentialResponse, error) {
	c, err := h.d.Credentials.Current(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	if c == nil {
		return nil, resource.NotFound("credential")
	}
	test, to, ok := fitting(c)
	if !ok {
		return reply(vaultv1.TestOutcome_TEST_OUTCOME_NOT_TESTED), nil
	}
	if err := h.throttle.take(workspaceOf(req.GetName()), h.d.Now()); err != nil {
		return nil, err
	}
	return h.test(ctx, caller.From(ctx).Key, req.GetName(), c, test, to)
}

func workspaceOf(name string) string {
	ws, _, _ := resource.Split(name, "credentials")
	return ws
}

// fitting returns the call for a credential, and its destination. It reports false if there is none, or if the
// credential may not go there.
func fitting(c *credentials.Sealed) (test call, to egress.Destination, ok bool) {
	if !c.Place().Testable() {
		return test, to, false
	}
	if test, ok = callFor(c.Provider(), c.Hosts); !ok {
		return test, to, false
	}
	to, err := egress.DestinationOf(test.url)
	return test, to, err == nil && slices.Contains(c.Hosts, to.String())
}

// test makes the call. It is registered before its rights are checked, so that a right that ends from now on ends it.
func (h *Handlers) test(ctx context.Context, key, name string, c *credentials.Sealed, test call, to egress.Destination) (*vaultv1.TestCredentialResponse, error) {
	check := func(ctx context.Context) error { return h.stillMay(ctx, name, key, c) }
	ctx, done := h.d.Running.Add(ctx, check, revocation.Credential(name), revocation.Key(key))
	defer done()
	if err := check(ctx); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	a := attempts.Attempt{
		Run: id.New(attempts.TestPrefix), Number: 1, ID: id.New(audit.IDPrefix), Workspace: workspaceOf(name), Credential: name,
		CredentialVersion: c.Version, Destination: to.String(), ChargedKey: key, Peer: key, StartTime: sqldb.Micros(h.d.Now()),
	}
	if _, err := h.d.Attempts.Begin(ctx, a); err != nil {
		return nil, err
	}
	got, err := h.send(ctx, c, test, to)
	h.end(ctx, a, got.row)
	if cause := revocation.Cause(ctx); cause != nil {
		return nil, cause
	}
	if err != nil {
		return nil, err
	}
	return reply(got.outcome), nil
}

// stillMay returns an error if the key was revoked, or if the credential is not the one that the test began with.
func (h *Handlers) stillMay(ctx context.Context, name, key string, c *credentials.Sealed) error {
	if err := h.d.Keys.Alive(ctx, key); err != nil {
		return err
	}
	now, err := h.d.Credentials.Current(ctx, name)
	if err == nil && (now == nil || now.UID != c.UID || now.Version != c.Version) {
		err = revocation.Revoked()
	}
	return err
}

// send opens the credential and makes the call. It follows no redirect. The guard reads the answer; nobody else does.
func (h *Handlers) send(ctx context.Context, c *credentials.Sealed, test call, to egress.Destination) (result, error) {
	value, err := h.d.Credentials.Open(ctx, c)
	if err != nil {
		return result{row: attempts.NotSent}, err
	}
	defer value.Destroy()
	if c.Place().NeedsUser(value) {
		return result{vaultv1.TestOutcome_TEST_OUTCOME_NOT_TESTED, attempts.NotSent}, nil
	}
	req := egress.Request{
		Method: http.MethodGet, URL: test.url, Header: test.header.Clone(), Slots: egress.Slots{c.Place().With(value)},
		Destinations: []egress.Destination{to}, MaxResponseBytes: maxAnswer,
	}
	do := h.d.Egress.Do
	if to.IsMail() {
		req.Method, do = mail.SignIn, h.d.Mail.Do
	}
	resp, err := do(ctx, req)
	if err == nil {
		_, err = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
	e, isEgress := errors.AsType[*egress.Error](err)
	switch {
	case isEgress && e.Kind == egress.Reflected:
		return result{vaultv1.TestOutcome_TEST_OUTCOME_UNCLEAR, "failed answer_withheld"}, nil
	case resp != nil && (err == nil || isEgress && e.Kind == egress.TooLarge):
		return test.answered(resp.Status), nil
	case isEgress:
		return failed(ctx, e), nil
	default:
		return result{vaultv1.TestOutcome_TEST_OUTCOME_UNREACHABLE, "failed canceled"}, nil
	}
}

// end writes the outcome of the attempt, even if the caller has left.
func (h *Handlers) end(ctx context.Context, a attempts.Attempt, row string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
	if err := h.d.Attempts.End(ctx, a, sqldb.Micros(h.d.Now()), row); err != nil {
		h.d.Logger.LogAttrs(ctx, slog.LevelWarn, "writing the outcome of a test failed", slog.String("credential", a.Credential), slog.Any("error", err))
	}
}
