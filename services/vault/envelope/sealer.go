package envelope

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// ErrOtherKEK means that a stored data key was wrapped with another key-encryption key.
var ErrOtherKEK = errors.New("the key-encryption key does not belong to this database")

// maxDataKeys bounds how many unwrapped data keys are kept.
const maxDataKeys = 1024

// Sealer seals and opens values with the data key of their workspace. A sealed value is bound to data
// such as the name of its row, and does not open with other data.
type Sealer struct {
	kek  *KEK
	rows store

	// mu guards keys. It is not held while a key is read and unwrapped: two callers that both find
	// none unwrap the same stored key.
	mu   sync.Mutex
	keys map[string]tink.AEAD
}

// NewSealer returns a sealer that keeps wrapped data keys in a database.
func NewSealer(k *KEK, db *sqldb.DB) *Sealer {
	return &Sealer{kek: k, rows: store{db}, keys: make(map[string]tink.AEAD)}
}

// Seal seals a value of a workspace, bound to data.
func (s *Sealer) Seal(ctx context.Context, workspace string, data []byte, value secret.Secret) ([]byte, error) {
	key, err := s.dataKey(ctx, workspace)
	if err != nil {
		return nil, err
	}
	sealed, err := key.Encrypt(value.Expose(), data)
	if err != nil {
		return nil, fmt.Errorf("seal value: %w", err)
	}
	return sealed, nil
}

// Open opens a sealed value. The caller destroys it.
func (s *Sealer) Open(ctx context.Context, workspace string, data, sealed []byte) (secret.Secret, error) {
	key, err := s.dataKey(ctx, workspace)
	if err != nil {
		return secret.Secret{}, err
	}
	plain, err := key.Decrypt(sealed, data)
	if err != nil {
		return secret.Secret{}, fmt.Errorf("open value: %w", err)
	}
	return secret.New(plain), nil
}

// EnsureKey makes the data key of a workspace, or checks that the stored one can be unwrapped. Call
// it before a transaction that seals: a key is stored in a transaction of its own.
func (s *Sealer) EnsureKey(ctx context.Context, workspace string) error {
	_, err := s.dataKey(ctx, workspace)
	return err
}

// dataKey unwraps the key of a workspace. The first use makes it.
func (s *Sealer) dataKey(ctx context.Context, workspace string) (tink.AEAD, error) {
	s.mu.Lock()
	key := s.keys[workspace]
	s.mu.Unlock()
	if key != nil {
		return key, nil
	}
	wrapped, err := s.rows.dataKey(ctx, workspace)
	if errors.Is(err, sqldb.ErrNoRow) {
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
		clear(s.keys) // they can be unwrapped again
	}
	s.keys[workspace] = key
	return key, nil
}

// makeDataKey stores a new key and returns the stored one. If two replicas make one at the same
// time, both use the one that was stored first.
func (s *Sealer) makeDataKey(ctx context.Context, workspace string) ([]byte, error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("make data key: %w", err)
	}
	var wrapped bytes.Buffer
	if err := handle.WriteWithAssociatedData(keyset.NewBinaryWriter(&wrapped), s.kek.aead, secret.Bind("data key", workspace)); err != nil {
		return nil, fmt.Errorf("wrap data key: %w", err)
	}
	return s.rows.keepDataKey(ctx, workspace, wrapped.Bytes())
}

func (s *Sealer) unwrap(workspace string, wrapped []byte) (tink.AEAD, error) {
	handle, err := keyset.ReadWithAssociatedData(keyset.NewBinaryReader(bytes.NewReader(wrapped)), s.kek.aead, secret.Bind("data key", workspace))
	if err != nil {
		return nil, fmt.Errorf("unwrap data key of %s: %w: %w", workspace, ErrOtherKEK, err)
	}
	key, err := aead.New(handle)
	if err != nil {
		return nil, fmt.Errorf("use data key of %s: %w", workspace, err)
	}
	return key, nil
}

// RunCipher is the cipher of one run, for values that end with it.
func (k *KEK) RunCipher(run string) (tink.AEAD, error) {
	key, err := k.Derive("run credential", run)
	if err != nil {
		return nil, err
	}
	c, err := subtle.NewAESGCM(key.Expose())
	if err != nil {
		return nil, fmt.Errorf("make run cipher: %w", err)
	}
	return c, nil
}
