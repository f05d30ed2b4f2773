package vault

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// Bootstrap makes the first operator key of an installation and hands it to keep. If there has ever been an
// operator key it does nothing. It reports whether it made a key.
func (s *Service) Bootstrap(ctx context.Context, keep func(secret.Secret) error) (bool, error) {
	return s.keys.FirstOperator(ctx, keep)
}

// OperatorKeyFile is the usual keep of Bootstrap. It writes the key to a file that only its owner can read.
// The rename makes the file appear whole or not at all.
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
