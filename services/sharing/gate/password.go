package gate

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/maypok86/otter/v2"
	"golang.org/x/crypto/argon2"
	"golang.org/x/sync/singleflight"

	"github.com/keyhole-dev/keyhole/services/kit/resource"
)

// The cost of a hash (RFC 9106; the values are those that OWASP names for argon2id with little
// memory): 19 MiB, two passes.
const (
	memoryKiB  = 19 << 10
	iterations = 2
	saltBytes  = 16
	hashBytes  = 32
)

// minPassword is the fewest characters of a password.
const minPassword = 8

// hashing bounds how many passwords are hashed at a time in this process, and so its memory.
const hashing = 2

// NewPassword returns the hash of a password in the PHC string format.
func NewPassword(password string) (string, error) {
	if utf8.RuneCountInString(password) < minPassword {
		return "", resource.Invalid("share.gate.password", "must have at least %d characters", minPassword)
	}
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails
	sum := argon2.IDKey([]byte(password), salt, iterations, memoryKiB, 1, hashBytes)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=1$%s$%s", argon2.Version, memoryKiB, iterations, b64.EncodeToString(salt), b64.EncodeToString(sum)), nil
}

// matches reports whether a password has this hash.
func matches(hash, password string) (bool, error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return false, errors.New("not the hash of a password")
	}
	var memory, times uint32
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=1", &memory, &times); err != nil {
		return false, fmt.Errorf("cost of a hash: %w", err)
	}
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[4])
	want, hashErr := base64.RawStdEncoding.DecodeString(parts[5])
	if err := errors.Join(saltErr, hashErr); err != nil || len(want) == 0 {
		return false, fmt.Errorf("salt or hash: %w", err)
	}
	got := argon2.IDKey([]byte(password), salt, times, memory, 1, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// verdicts remembers which passwords were right or wrong, under a key that this process forgets.
// Without it, a client that repeats one password would cost a hash each time.
type verdicts struct {
	key    []byte
	known  *otter.Cache[[sha256.Size]byte, bool]
	flight singleflight.Group // joins callers with the same password
	places chan struct{}
}

const (
	maxVerdicts = 10_000
	verdictLife = 10 * time.Minute
)

func newVerdicts() *verdicts {
	return &verdicts{
		key: []byte(rand.Text()), places: make(chan struct{}, hashing),
		known: otter.Must(&otter.Options[[sha256.Size]byte, bool]{
			MaximumSize: maxVerdicts, ExpiryCalculator: otter.ExpiryWriting[[sha256.Size]byte, bool](verdictLife),
		}),
	}
}

// right reports whether a password has a hash.
func (v *verdicts) right(ctx context.Context, hash, password string) (bool, error) {
	mac := hmac.New(sha256.New, v.key)
	mac.Write([]byte(hash + "\x00" + password))
	id := [sha256.Size]byte(mac.Sum(nil))
	if known, ok := v.known.GetIfPresent(id); ok {
		return known, nil
	}
	select {
	case <-ctx.Done():
		return false, fmt.Errorf("wait for a password to be checked: %w", ctx.Err())
	case r := <-v.flight.DoChan(string(id[:]), func() (any, error) {
		v.places <- struct{}{}
		defer func() { <-v.places }()
		ok, err := matches(hash, password)
		if err == nil {
			v.known.Set(id, ok)
		}
		return ok, err
	}):
		ok, _ := r.Val.(bool)
		return ok, r.Err
	}
}
