package vault

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// maxDataKeys bounds how many unwrapped data keys are kept.
const maxDataKeys = 1024

// sealer seals and opens credentials with the data key of their workspace. What
// is sealed is bound to workspace, credential and version: moved to another row
// it does not open.
type sealer struct {
	kek   *kek
	store *store

	mu   sync.Mutex
	keys map[string]tink.AEAD
}

func newSealer(k *kek, s *store) *sealer {
	return &sealer{kek: k, store: s, keys: make(map[string]tink.AEAD)}
}

func (s *sealer) seal(ctx context.Context, c credential, value secret.Secret) ([]byte, error) {
	key, err := s.dataKey(ctx, c.workspace)
	if err != nil {
		return nil, err
	}
	sealed, err := key.Encrypt(value.Expose(), c.binding())
	if err != nil {
		return nil, fmt.Errorf("seal credential: %w", err)
	}
	return sealed, nil
}

func (s *sealer) open(ctx context.Context, c credential, sealed []byte) (secret.Secret, error) {
	key, err := s.dataKey(ctx, c.workspace)
	if err != nil {
		return secret.Secret{}, err
	}
	plain, err := key.Decrypt(sealed, c.binding())
	if err != nil {
		return secret.Secret{}, fmt.Errorf("open credential: %w", err)
	}
	return secret.New(plain), nil
}

func (c credential) binding() []byte {
	return secret.Bind("credential", c.workspace, c.id, c.uid, strconv.FormatInt(c.version, 10))
}

// dataKey unwraps a workspace's key; the first use makes it.
func (s *sealer) dataKey(ctx context.Context, workspace string) (tink.AEAD, error) {
	s.mu.Lock()
	key := s.keys[workspace]
	s.mu.Unlock()
	if key != nil {
		return key, nil
	}
	wrapped, err := s.store.dataKey(ctx, workspace)
	if errors.Is(err, sql.ErrNoRows) {
		wrapped, err = s.makeDataKey(ctx, workspace)
	}
	if err != nil {
		return nil, err
	}
	if key, err = s.unwrap(workspace, wrapped); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.keys) >= maxDataKeys {
		clear(s.keys)
	}
	s.keys[workspace] = key
	return key, nil
}

// makeDataKey stores a new key and returns the stored one: of two replicas that
// make one at the same time, both use the first one's.
func (s *sealer) makeDataKey(ctx context.Context, workspace string) ([]byte, error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("make data key: %w", err)
	}
	var wrapped bytes.Buffer
	if err := handle.WriteWithAssociatedData(keyset.NewBinaryWriter(&wrapped), s.kek.aead, secret.Bind("data key", workspace)); err != nil {
		return nil, fmt.Errorf("wrap data key: %w", err)
	}
	return s.store.keepDataKey(ctx, workspace, wrapped.Bytes())
}

func (s *sealer) unwrap(workspace string, wrapped []byte) (tink.AEAD, error) {
	handle, err := keyset.ReadWithAssociatedData(keyset.NewBinaryReader(bytes.NewReader(wrapped)), s.kek.aead, secret.Bind("data key", workspace))
	if err != nil {
		return nil, fmt.Errorf("unwrap data key of %s: %w", workspace, err)
	}
	key, err := aead.New(handle)
	if err != nil {
		return nil, fmt.Errorf("use data key of %s: %w", workspace, err)
	}
	return key, nil
}

// runCipher seals what one run brought along: with a key of that run's own.
func (s *sealer) runCipher(run string) (tink.AEAD, error) {
	key, err := s.kek.derive("run credential", run)
	if err != nil {
		return nil, err
	}
	c, err := subtle.NewAESGCM(key.Expose())
	if err != nil {
		return nil, fmt.Errorf("make run cipher: %w", err)
	}
	return c, nil
}
