package calls

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

const (
	// handleLife is how long a handle is valid: the runner uses it for the next request of its step.
	handleLife = 2 * time.Minute
	// handlePrefix lets people and secret scanners recognise a handle.
	handlePrefix = "khh_"
	// maxHandle bounds a token that is decoded, in bytes.
	maxHandle = 8 << 10
)

// handle is the right to make one call with one credential. Its token is a payload with a MAC that only the
// vault can make, so nothing is stored until the handle is used.
type handle struct {
	Run        string
	Step       string
	Field      string
	Attempt    int64
	Workspace  string
	ChargedKey string
	// Link is the share that the run came through; empty for a run of the owner.
	Link string
	// Owner is the key whose authority a run of the owner rests on.
	Owner string
	// Share is the share whose grant allows a hidden credential, and VersionHash the version that the grant
	// covers. Both are empty for a credential of the caller.
	Share       string
	VersionHash string
	// Credential, UID and Version name a stored value. Input names a visitor's credential, whose slot comes
	// from the version: Provider, SlotKind, SlotName, SlotPrefix.
	Credential  string
	UID         string
	Version     int64
	Input       string
	Provider    string
	SlotKind    string
	SlotName    string
	SlotPrefix  string
	Destination string
	Peer        string
	// Calls is how many calls the handle allows: always 1.
	Calls int64
	// Expiry is in Unix milliseconds.
	Expiry int64
}

// handleLayout is the first byte of a payload. A new layout gets a new number.
const handleLayout = 1

// texts and numbers are the fields of a payload, in their order.
func (h *handle) texts() []*string {
	return []*string{
		&h.Run, &h.Step, &h.Field, &h.Workspace, &h.ChargedKey, &h.Link, &h.Owner, &h.Share, &h.VersionHash, &h.Credential, &h.UID,
		&h.Input, &h.Provider, &h.SlotKind, &h.SlotName, &h.SlotPrefix, &h.Destination, &h.Peer,
	}
}

func (h *handle) numbers() []*int64 {
	return []*int64{&h.Attempt, &h.Version, &h.Calls, &h.Expiry}
}

// marshal writes the fields in binary. JSON would take longer than all other work in memory for a handle.
func (h *handle) marshal() []byte {
	b := append(make([]byte, 0, 512), handleLayout)
	for _, n := range h.numbers() {
		b = binary.AppendVarint(b, *n)
	}
	for _, t := range h.texts() {
		b = append(binary.AppendUvarint(b, uint64(len(*t))), *t...)
	}
	return b
}

// unmarshal reads what marshal wrote. Check the MAC first.
func (h *handle) unmarshal(b []byte) error {
	if len(b) == 0 || b[0] != handleLayout {
		return errors.New("unknown handle layout")
	}
	b = b[1:]
	for _, n := range h.numbers() {
		v, size := binary.Varint(b)
		if size <= 0 {
			return errors.New("truncated handle")
		}
		*n, b = v, b[size:]
	}
	for _, t := range h.texts() {
		v, size := binary.Uvarint(b)
		if size <= 0 || v > uint64(len(b)-size) {
			return errors.New("truncated handle")
		}
		*t, b = string(b[size:size+int(v)]), b[size+int(v):]
	}
	if len(b) > 0 {
		return errors.New("trailing bytes in handle")
	}
	return nil
}

// mint makes the token of a handle. Its holder can read it and cannot change it: it has no secret.
func (s *InternalHandlers) mint(h *handle) string {
	payload := h.marshal()
	return handlePrefix + base64.RawURLEncoding.EncodeToString(append(payload, s.handleMAC(payload)...))
}

// open checks the MAC of a token and then reads its payload.
func (s *InternalHandlers) open(token string) (*handle, error) {
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
	return h, h.unmarshal(payload)
}

func (s *InternalHandlers) handleMAC(payload []byte) []byte {
	m := hmac.New(sha256.New, s.handleKey.Expose())
	m.Write(payload)
	return m.Sum(nil)
}

// expires is the time after which the handle is refused.
func (h *handle) expires() time.Time { return time.UnixMilli(h.Expiry) }

// credentialLabel is the name of the credential for audit log and ledger: its resource name, or the input of a
// visitor's credential.
func (h *handle) credentialLabel() string {
	if h.Input != "" {
		return h.Input
	}
	return h.Credential
}

// handleInvalid is the error of every handle that cannot be used. Only the log has the cause, because a thief
// must not learn what to change.
func handleInvalid(cause error) error {
	return errs.PermissionDenied("the handle is unknown, used, expired or bound to another call").WithReason(errorsv1.Reason_REASON_HANDLE_INVALID).Because(cause)
}
