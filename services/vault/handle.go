package vault

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

const (
	// handleLife bounds a handle: the time between asking for it and using it.
	handleLife = 2 * time.Minute
	// handlePrefix says what it is, to people and to secret scanners.
	handlePrefix = "khh_"
	// maxHandle bounds what is decoded, in bytes.
	maxHandle = 8 << 10
)

// handle is the right to make one call with one credential. It is a token that
// the vault makes and the vault alone reads: nothing is stored until it is used.
type handle struct {
	ID         string `json:"i"`
	Run        string `json:"r"`
	Step       string `json:"s"`
	Field      string `json:"f"`
	Attempt    int32  `json:"n"`
	Workspace  string `json:"w"`
	ChargedKey string `json:"k"`
	// Owner is the key whose authority an own run rests on.
	Owner string `json:"o,omitempty"`
	// Share is set when the credential is the owner's, hidden; VersionHash is then
	// the version that the grant covers.
	Share       string `json:"h,omitempty"`
	VersionHash string `json:"v,omitempty"`
	// Credential, UID and Version say which stored value; for a visitor's own,
	// Input does, and the slot goes along.
	Credential  string `json:"c,omitempty"`
	UID         string `json:"u,omitempty"`
	Version     int64  `json:"e,omitempty"`
	Input       string `json:"p,omitempty"`
	Provider    string `json:"q,omitempty"`
	SlotKind    string `json:"t,omitempty"`
	SlotName    string `json:"m,omitempty"`
	Destination string `json:"d"`
	Peer        string `json:"g"`
	// Calls is how many calls it is good for: always 1.
	Calls int32 `json:"a"`
	// Expiry is in Unix milliseconds.
	Expiry int64 `json:"x"`
}

// mint seals a handle. It can be read by who holds it, and not be changed.
func (s *Service) mint(h handle) (string, error) {
	h.ID = rand.Text()
	payload, err := json.Marshal(h)
	if err != nil {
		return "", fmt.Errorf("marshal handle: %w", err)
	}
	token := append(payload, s.handleMAC(payload)...)
	return handlePrefix + base64.RawURLEncoding.EncodeToString(token), nil
}

// open checks a handle's MAC and reads it. Nothing in it is looked at before.
func (s *Service) open(token string) (*handle, error) {
	body, ok := strings.CutPrefix(token, handlePrefix)
	if !ok || len(token) > maxHandle || strings.ContainsAny(body, "\r\n") {
		return nil, errors.New("not a handle")
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(body)
	if err != nil || len(raw) <= sha256.Size {
		return nil, errors.New("not a handle")
	}
	payload, mac := raw[:len(raw)-sha256.Size], raw[len(raw)-sha256.Size:]
	if !hmac.Equal(mac, s.handleMAC(payload)) {
		return nil, errors.New("not a handle of this vault")
	}
	h := &handle{}
	if err := json.Unmarshal(payload, h); err != nil {
		return nil, fmt.Errorf("read handle: %w", err)
	}
	return h, nil
}

func (s *Service) handleMAC(payload []byte) []byte {
	m := hmac.New(sha256.New, s.kek.mac.Expose())
	m.Write(payload)
	return m.Sum(nil)
}

// expires is when the handle ends.
func (h *handle) expires() time.Time { return time.UnixMilli(h.Expiry) }

// credentialLabel is how audit and ledger name the credential: by resource name,
// or the input that a visitor's own came in by.
func (h *handle) credentialLabel() string {
	if h.Input != "" {
		return h.Input
	}
	return h.Credential
}

// handleInvalid is the one answer to a handle that does not hold.
func handleInvalid(cause error) error {
	return errs.PermissionDenied(errorsv1.Reason_REASON_HANDLE_INVALID,
		"the handle is unknown, used up, expired or bound to something else").Because(cause)
}
