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
	Run        string
	Step       string
	Field      string
	Attempt    int64
	Workspace  string
	ChargedKey string
	// Link is the share that the run came through, whoever's the credential is; empty
	// for an own run.
	Link string
	// Owner is the key whose authority an own run rests on.
	Owner string
	// Share is set when the credential is the owner's, hidden; VersionHash is then
	// the version that the grant covers.
	Share       string
	VersionHash string
	// Credential, UID and Version say which stored value; for a visitor's own,
	// Input does, and the slot goes along.
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
	// Calls is how many calls it is good for: always 1.
	Calls int64
	// Expiry is in Unix milliseconds.
	Expiry int64
}

// handleForm is the first byte of a handle; another layout gets another.
const handleForm = 1

// texts and numbers are the handle's fields in the order that they are written.
func (h *handle) texts() []*string {
	return []*string{
		&h.Run, &h.Step, &h.Field, &h.Workspace, &h.ChargedKey, &h.Link, &h.Owner, &h.Share, &h.VersionHash, &h.Credential, &h.UID,
		&h.Input, &h.Provider, &h.SlotKind, &h.SlotName, &h.SlotPrefix, &h.Destination, &h.Peer,
	}
}

func (h *handle) numbers() []*int64 {
	return []*int64{&h.Attempt, &h.Version, &h.Calls, &h.Expiry}
}

// marshal writes the fields: JSON would take longer than everything else that is
// done in memory with a handle.
func (h *handle) marshal() []byte {
	b := append(make([]byte, 0, 512), handleForm)
	for _, n := range h.numbers() {
		b = binary.AppendVarint(b, *n)
	}
	for _, t := range h.texts() {
		b = append(binary.AppendUvarint(b, uint64(len(*t))), *t...)
	}
	return b
}

// unmarshal reads what marshal wrote, under a MAC that was checked: it is ours.
func (h *handle) unmarshal(b []byte) error {
	if len(b) == 0 || b[0] != handleForm {
		return errors.New("a handle of another form")
	}
	b = b[1:]
	for _, n := range h.numbers() {
		v, size := binary.Varint(b)
		if size <= 0 {
			return errors.New("a handle that is cut off")
		}
		*n, b = v, b[size:]
	}
	for _, t := range h.texts() {
		v, size := binary.Uvarint(b)
		if size <= 0 || v > uint64(len(b)-size) {
			return errors.New("a handle that is cut off")
		}
		*t, b = string(b[size:size+int(v)]), b[size+int(v):]
	}
	if len(b) > 0 {
		return errors.New("a handle with more at its end")
	}
	return nil
}

// mint seals a handle. It can be read by who holds it, and not be changed.
func (s *InternalHandlers) mint(h *handle) string {
	payload := h.marshal()
	return handlePrefix + base64.RawURLEncoding.EncodeToString(append(payload, s.handleMAC(payload)...))
}

// open checks a handle's MAC and reads it. Nothing in it is looked at before.
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
