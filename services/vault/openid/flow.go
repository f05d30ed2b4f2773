package openid

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/tink"
	"golang.org/x/oauth2"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// flowLife is how long a person may take at the provider.
const flowLife = 10 * time.Minute

// flow is one sign-in. It goes to the browser sealed, so that no replica keeps it, and so that nobody who reads the
// cookie learns the verifier.
type flow struct {
	State    string `json:"state"`
	Nonce    string `json:"nonce"`
	Verifier string `json:"verifier"` // of PKCE
	Next     string `json:"next"`
	Until    int64  `json:"until"` // seconds
}

func newFlow(next string, now time.Time) flow {
	return flow{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Next: next, Until: now.Add(flowLife).Unix()}
}

// sealer seals flows for one client of one issuer: after a change of the provider, old flows do not open.
type sealer struct {
	aead tink.AEAD
	data []byte
}

func newSealer(key secret.Secret, issuer, client string) (*sealer, error) {
	aead, err := subtle.NewAESGCM(key.Expose())
	if err != nil {
		return nil, fmt.Errorf("make cipher of sign-ins: %w", err)
	}
	return &sealer{aead: aead, data: secret.Bind("sign-in", issuer, client)}, nil
}

func (s *sealer) seal(f flow) (string, error) {
	plain, err := json.Marshal(f)
	if err != nil {
		return "", fmt.Errorf("encode sign-in: %w", err)
	}
	sealed, err := s.aead.Encrypt(plain, s.data)
	if err != nil {
		return "", fmt.Errorf("seal sign-in: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(sealed), nil
}

// open returns the flow of a browser if its answer belongs to it.
func (s *sealer) open(text, state string, now time.Time) (flow, error) {
	var f flow
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return f, expired(err)
	}
	plain, err := s.aead.Decrypt(sealed, s.data)
	if err != nil {
		return f, expired(err)
	}
	if err := json.Unmarshal(plain, &f); err != nil {
		return f, expired(err)
	}
	if !secret.FromString(state).Equal(secret.FromString(f.State)) || now.Unix() >= f.Until {
		return flow{}, expired(nil)
	}
	return f, nil
}

func expired(cause error) error {
	return errs.FailedPrecondition(errorsv1.Reason_REASON_SIGN_IN_EXPIRED,
		"this sign-in took longer than %d minutes, was used already, or began in another browser: start again", int(flowLife.Minutes())).Because(cause)
}
