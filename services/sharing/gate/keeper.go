package gate

import (
	"cmp"
	"context"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/throttle"
	"github.com/keyhole-dev/keyhole/services/sharing/link"
)

// Keeper stands at the gates of links. It is safe for concurrent use.
type Keeper struct {
	links     link.Key
	now       func() time.Time
	passwords *throttle.Throttle
	verdicts  *verdicts
}

// NewKeeper returns a keeper. It reads and writes nothing.
func NewKeeper(links link.Key, now func() time.Time) *Keeper {
	return &Keeper{links: links, now: now, passwords: throttle.Passwords(), verdicts: newVerdicts()}
}

// Admit returns an error unless the caller has passed the gate of a link. The owner's workspace need
// not pass it.
func (k *Keeper) Admit(l Link, who caller.Principal) error {
	all := l.demands()
	if all == 0 || l.owns(who) {
		return nil
	}
	if l.Broken || all&^(l.shown(who)|k.proved(l, who.Pass, k.now())) != 0 {
		return l.required()
	}
	return nil
}

// Pass is a pass with what its gate still asks for.
type Pass struct {
	Text  string
	Until time.Time
	Asks  []string
}

// Unlock exchanges a password against a pass. The pass proves what the caller's own pass proves as
// well.
func (k *Keeper) Unlock(ctx context.Context, l Link, who caller.Principal, password string) (Pass, error) {
	all := l.demands()
	if all == 0 {
		return Pass{}, errs.InvalidArgument("this link has no gate: open it without a pass")
	}
	if all&aPassword == 0 || password == "" || l.Broken {
		return Pass{}, l.required()
	}
	if err := k.checkPassword(ctx, l, who, password); err != nil {
		return Pass{}, err
	}
	now := k.now()
	proved := aPassword | k.proved(l, who.Pass, now)
	until := now.Add(passLife)
	return Pass{Text: k.issue(l, proved, until), Until: until, Asks: (all &^ (proved | l.shown(who))).asks()}, nil
}

// checkPassword refuses a wrong password. Each address has few tries at a link, and all addresses
// together have few.
func (k *Keeper) checkPassword(ctx context.Context, l Link, who caller.Principal, password string) error {
	from := l.Share + " " + cmp.Or(who.Visitor, "unknown")
	tried := secret.FromString(l.Share + "\x00" + password)
	_, err := throttle.Try(ctx, k.passwords, from, tried, func(ctx context.Context, _ secret.Secret) (struct{}, error) {
		ok, err := k.verdicts.right(ctx, l.Gate.Password, password)
		if err == nil && !ok {
			err = errs.Unauthenticated("wrong password")
		}
		return struct{}{}, err
	})
	switch errs.ReasonOf(err) {
	case errorsv1.Reason_REASON_UNAUTHENTICATED:
		return errs.PermissionDenied("the password is wrong; ask the owner of the link for it").WithReason(errorsv1.Reason_REASON_GATE_REFUSED)
	case errorsv1.Reason_REASON_RATE_LIMITED:
		return errs.ResourceExhausted(errorsv1.Reason_REASON_RATE_LIMITED, "too many wrong passwords; try again in a moment").RetryAfter(errs.From(err).Delay())
	}
	return err
}
