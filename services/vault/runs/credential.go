package runs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/redisx"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// maxRunCredentials bounds the credentials that a visitor can bring to one run.
const maxRunCredentials = 100

func (s *Runs) runKey(run string) string { return s.redis.Key(run, "credentials") }

func (s *Runs) keepRunCredential(ctx context.Context, c *grant.Claims, input string, value secret.Secret) error {
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
	pipe := s.redis.TxPipeline() // one transaction, so that the value never stays without an expiry
	pipe.HSet(ctx, key, input, sealed)
	pipe.PExpire(ctx, key, max(time.Second, c.Expires().Sub(s.now())))
	if _, err := pipe.Exec(ctx); err != nil {
		return redisx.Error(fmt.Errorf("keep run credential: %w", err))
	}
	return nil
}

// Credential opens a visitor's credential of a run. The caller destroys it.
func (s *Runs) Credential(ctx context.Context, run, input string) (secret.Secret, error) {
	sealed, err := s.redis.HGet(ctx, s.runKey(run), input).Bytes()
	if errors.Is(err, redis.Nil) {
		return secret.Secret{}, errs.FailedPrecondition(errorsv1.Reason_REASON_INPUT_MISSING,
			"the credential for input %s is missing or expired; start the run again with it", input).Field("inputs."+input, "required")
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

func (s *Runs) dropRunCredentials(ctx context.Context, run string) error {
	if err := s.redis.Del(ctx, s.runKey(run)).Err(); err != nil {
		return redisx.Error(fmt.Errorf("drop run credentials: %w", err))
	}
	return nil
}
