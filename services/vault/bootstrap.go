package vault

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/envelope"
	"github.com/keyhole-dev/keyhole/services/vault/workspaces"
)

// Bootstrap makes the operator's workspace with the guest key, and checks that the key-encryption key opens
// this database. Call it before the first request: an operator must learn of a lost key at the start, and not
// when the first credential is used.
func (s *Service) Bootstrap(ctx context.Context) error {
	if err := s.keys.CreateOperatorWorkspace(ctx, &vaultv1.Budget{Runs: s.cfg.GuestRuns, Period: s.cfg.GuestPeriod}); err != nil {
		return fmt.Errorf("vault: make operator workspace: %w", err)
	}
	err := s.sealer.EnsureKey(ctx, workspaces.Operator)
	if errors.Is(err, envelope.ErrOtherKEK) && s.kek.MadeFile() != "" {
		return fmt.Errorf("vault: %w: there was no key-encryption key at %s; put the old file there, because the one that was just made opens nothing", err, s.kek.MadeFile())
	}
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	return nil
}

// CreateOperatorKey makes the first operator key of an installation and hands it to keep. If there has ever been
// an operator key it does nothing. It reports whether it made a key.
func (s *Service) CreateOperatorKey(ctx context.Context, keep func(secret.Secret) error) (bool, error) {
	return s.keys.FirstOperator(ctx, keep)
}

// SignInLink makes the path of a link that signs in once with a key, on the authority of the operator of the process.
func (s *Service) SignInLink(ctx context.Context, key string) (string, error) {
	path, _, err := s.sessions.Link(ctx, audit.Installation(), key)
	return path, err
}

// OperatorKeyFile is the usual keep of CreateOperatorKey. It writes the key to a file that only its owner can
// read. The rename makes the file appear whole or not at all.
func OperatorKeyFile(path string) func(secret.Secret) error {
	return func(key secret.Secret) error {
		f, err := os.CreateTemp(filepath.Dir(path), ".operator-key-*") // mode 0600
		if err != nil {
			return fmt.Errorf("make operator key file: %w", err)
		}
		defer func() { _ = os.Remove(f.Name()) }()
		_, err = f.Write(append(append([]byte(nil), key.Expose()...), '\n'))
		if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
			return fmt.Errorf("write operator key file: %w", err)
		}
		if err := os.Rename(f.Name(), path); err != nil {
			return fmt.Errorf("put operator key file in place: %w", err)
		}
		return nil
	}
}
