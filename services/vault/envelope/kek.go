package envelope

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// kekHeader is the beginning of the file. It tells the file from other files.
const kekHeader = "keyhole-kek-v1:"

// kekSize is the length of the key-encryption key in bytes.
const kekSize = 32

// KEK is the key-encryption key. It wraps the data keys of workspaces. Every other key of the vault is
// derived from it, each for one purpose. All replicas need the same one.
type KEK struct {
	key          secret.Secret
	aead         tink.AEAD
	fingerprints secret.Secret
	madeFile     string
}

// OpenFile reads the key from its file, and makes the file if there is none.
func OpenFile(path string) (*KEK, error) {
	if path == "" {
		return nil, errors.New("no file for the key-encryption key is configured")
	}
	made, err := makeKEKFile(path)
	if err != nil {
		return nil, err
	}
	key, err := readKEKFile(path)
	if err != nil {
		return nil, err
	}
	k, err := newKEK(key)
	if err == nil && made {
		k.madeFile = path
	}
	return k, err
}

// MadeFile is the file that OpenFile made, or "" if it found one.
func (k *KEK) MadeFile() string { return k.madeFile }

// makeKEKFile writes a new key under a temporary name and links it. The link fails if the file exists, so
// of two processes that start together one makes the file and the other reads it whole.
func makeKEKFile(path string) (bool, error) {
	if _, err := os.Lstat(path); err == nil {
		return false, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return false, fmt.Errorf("make folder of the key-encryption key: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".kek-*") // mode 0600
	if err != nil {
		return false, fmt.Errorf("make key-encryption key: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	raw := make([]byte, kekSize)
	_, _ = rand.Read(raw) // never fails
	_, err = io.WriteString(f, kekHeader+base64.StdEncoding.EncodeToString(raw)+"\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return false, fmt.Errorf("write key-encryption key: %w", err)
	}
	if err := os.Link(f.Name(), path); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return false, nil
		}
		return false, fmt.Errorf("put key-encryption key in place: %w", err)
	}
	return true, nil
}

// readKEKFile refuses a file that others than its owner may read or change: the key opens every
// credential.
func readKEKFile(path string) (secret.Secret, error) {
	f, err := os.Open(path)
	if err != nil {
		return secret.Secret{}, fmt.Errorf("open key-encryption key: %w", err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return secret.Secret{}, fmt.Errorf("read mode of key-encryption key: %w", err)
	}
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o077 != 0 {
		return secret.Secret{}, fmt.Errorf("key-encryption key %s has mode %v: others can read or change it; set it to 0600", path, info.Mode())
	}
	text, err := io.ReadAll(io.LimitReader(f, 1024))
	if err != nil {
		return secret.Secret{}, fmt.Errorf("read key-encryption key: %w", err)
	}
	defer clear(text)
	body, ok := strings.CutPrefix(strings.TrimSpace(string(text)), kekHeader)
	raw, err := base64.StdEncoding.Strict().DecodeString(body)
	if !ok || err != nil || len(raw) != kekSize {
		return secret.Secret{}, fmt.Errorf("%s is not a key-encryption key", path)
	}
	return secret.New(raw), nil
}

func newKEK(key secret.Secret) (*KEK, error) {
	k := &KEK{key: key}
	wrap, err := k.Derive("wrap data keys", "")
	if err != nil {
		return nil, err
	}
	if k.aead, err = subtle.NewAESGCM(wrap.Expose()); err != nil {
		return nil, fmt.Errorf("make wrapping cipher: %w", err)
	}
	k.fingerprints, err = k.Derive("fingerprint", "")
	return k, err
}

// Derive makes a key for one purpose and, within it, one subject.
func (k *KEK) Derive(purpose, subject string) (secret.Secret, error) {
	b, err := hkdf.Key(sha256.New, k.key.Expose(), []byte(subject), "keyhole vault v1 "+purpose, 32)
	if err != nil {
		return secret.Secret{}, fmt.Errorf("derive key: %w", err)
	}
	return secret.New(b), nil
}

// Fingerprint identifies a value within a workspace. The same value has another fingerprint in another
// workspace, so fingerprints do not show which workspaces share a key.
func (k *KEK) Fingerprint(workspace string, value secret.Secret) string {
	m := hmac.New(sha256.New, k.fingerprints.Expose())
	m.Write(secret.Bind(workspace))
	m.Write(value.Expose())
	return hex.EncodeToString(m.Sum(nil)[:8])
}
