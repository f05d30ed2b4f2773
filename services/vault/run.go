package vault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
	"google.golang.org/protobuf/types/known/timestamppb"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/redisx"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/credentials"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
)

// maxRunCredentials bounds what one run can bring along.
const maxRunCredentials = 100

// PutRunCredential keeps a visitor's own credential for one run: in Redis, sealed
// with a key of that run's own, until the run ends or its grant expires. No
// database sees it.
func (s *Service) PutRunCredential(ctx context.Context, req *vaultinternalv1.PutRunCredentialRequest) (*vaultinternalv1.PutRunCredentialResponse, error) {
	value := secret.FromString(req.GetValue())
	req.Value = ""
	defer value.Destroy()
	claims, err := grant.Verify(s.verifier, req.GetGrant(), caller.Peer(ctx), s.now())
	if err != nil {
		return nil, err
	}
	if len(claims.InputSlots(req.GetInput())) == 0 {
		return nil, errs.InvalidArgument(errorsv1.Reason_REASON_INPUT_UNKNOWN, "this run has no credential input of that name").
			Field("input", "not a credential input of this run")
	}
	if why := secret.UnfitToBring(value.Expose()); why != "" {
		return nil, errs.InvalidArgument(errorsv1.Reason_REASON_INPUT_INVALID, "what was brought along cannot be a credential: %s", why).
			Field("inputs."+req.GetInput(), why)
	}
	if why := unfitAddress(claims.InputSlots(req.GetInput()), value); why != "" {
		return nil, errs.InvalidArgument(errorsv1.Reason_REASON_INPUT_INVALID, "what was brought along cannot be a credential: %s", why).
			Field("inputs."+req.GetInput(), why)
	}
	if err := s.runAlive(ctx, claims.Run); err != nil {
		return nil, err
	}
	if err := s.keepRunCredential(ctx, claims, req.GetInput(), value); err != nil {
		return nil, err
	}
	// The run may have ended while this was stored.
	ended, err := s.attempts.RunEnded(ctx, claims.Run)
	if err != nil || ended {
		err = errors.Join(err, s.dropRunCredentials(ctx, claims.Run))
		return nil, errors.Join(err, grant.Invalid(errors.New("the run has ended")))
	}
	return &vaultinternalv1.PutRunCredentialResponse{}, nil
}

// unfitAddress says why a value cannot be the address of a slot: it must have the host
// that the version names.
func unfitAddress(slots []grant.Slot, value secret.Secret) string {
	for _, slot := range slots {
		if slot.SlotKind == "url" && !slices.Equal(credentials.HostOf(value), []string{slot.Destination}) {
			return "it must be an address at " + slot.Destination
		}
	}
	return ""
}

func (s *Service) runKey(run string) string { return s.redis.Key(run, "credentials") }

func (s *Service) keepRunCredential(ctx context.Context, c *grant.Claims, input string, value secret.Secret) error {
	cipher, err := s.kek.RunCipher(c.Run)
	if err != nil {
		return err
	}
	sealed, err := cipher.Encrypt(value.Expose(), secret.Bind("run credential", c.Run, input))
	if err != nil {
		return fmt.Errorf("seal run credential: %w", err)
	}
	key := s.runKey(c.Run)
	if n, err := s.redis.HLen(ctx, key).Result(); err != nil {
		return redisx.Error(fmt.Errorf("count run credentials: %w", err))
	} else if n >= maxRunCredentials {
		return errs.ResourceExhausted(errorsv1.Reason_REASON_INPUT_INVALID, "a run takes at most %d credentials", maxRunCredentials)
	}
	pipe := s.redis.TxPipeline() // never without an end
	pipe.HSet(ctx, key, input, sealed)
	pipe.PExpire(ctx, key, max(time.Second, c.Expires().Sub(s.now())))
	if _, err := pipe.Exec(ctx); err != nil {
		return redisx.Error(fmt.Errorf("keep run credential: %w", err))
	}
	return nil
}

// runCredential opens what a run brought along.
func (s *Service) runCredential(ctx context.Context, run, input string) (secret.Secret, error) {
	sealed, err := s.redis.HGet(ctx, s.runKey(run), input).Bytes()
	if errors.Is(err, redis.Nil) {
		return secret.Secret{}, errs.FailedPrecondition(errorsv1.Reason_REASON_INPUT_MISSING,
			"the credential for input %s is missing, or not there any more", input).Field("inputs."+input, "required")
	}
	if err != nil {
		return secret.Secret{}, redisx.Error(fmt.Errorf("read run credential: %w", err))
	}
	cipher, err := s.kek.RunCipher(run)
	if err != nil {
		return secret.Secret{}, err
	}
	plain, err := cipher.Decrypt(sealed, secret.Bind("run credential", run, input))
	if err != nil {
		return secret.Secret{}, fmt.Errorf("open run credential: %w", err)
	}
	return secret.New(plain), nil
}

func (s *Service) dropRunCredentials(ctx context.Context, run string) error {
	if err := s.redis.Del(ctx, s.runKey(run)).Err(); err != nil {
		return redisx.Error(fmt.Errorf("drop run credentials: %w", err))
	}
	return nil
}

// EndRun kills the handles and the credentials of a run, and its calls, and lists
// those that were begun. The mark comes before the list: a call that is begun later
// finds the mark (store.begin) and is not made. It may be called again, and for a run
// that is not known here.
func (s *Service) EndRun(ctx context.Context, req *vaultinternalv1.EndRunRequest) (*vaultinternalv1.EndRunResponse, error) {
	if err := s.attempts.EndRun(ctx, req.GetRun(), sqldb.Micros(s.now())); err != nil {
		return nil, err
	}
	s.bus.Announce(ctx, revocation.Ended, revocation.Run(req.GetRun()))
	if err := s.dropRunCredentials(ctx, req.GetRun()); err != nil {
		return nil, err
	}
	rows, err := s.attempts.OfRun(ctx, req.GetRun())
	if err != nil {
		return nil, err
	}
	res := &vaultinternalv1.EndRunResponse{}
	if res.Verdict, err = s.judgeLeaving(ctx, req.GetRun(), rows, req.GetLeaving()); err != nil {
		return nil, err
	}
	for _, a := range rows {
		res.Attempts = append(res.Attempts, &vaultinternalv1.Attempt{
			Step: a.Step, Attempt: int32(a.Number), Credential: a.Credential,
			StartTime: timestamppb.New(sqldb.FromMicros(a.StartTime)), Outcome: known(a.Outcome),
		})
	}
	return res, nil
}
