// Package grant defines the run grant. Sharing signs it when it authorizes a run; vault
// and registry verify it before they serve that run.
//
// A grant describes one run: the hash of its definition, the slots of its steps with
// their credentials and destinations, its models, and the key that is charged. It
// contains no secret, and a grant alone gives no access to one: a hidden credential also
// needs the credential grant that its owner wrote in the vault, and an owner's own run
// needs the owner's assertion.
package grant

import (
	"errors"
	"fmt"
	"strings"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
)

// Type is the JWS type. It keeps tokens of other types from being accepted as grants.
const Type = "run-grant"

// Issuer is the only service that may sign grants.
const Issuer = "sharing"

// MaxLifetime bounds the lifetime of every grant, whatever its claims say.
const MaxLifetime = 24 * time.Hour

// skew is the accepted clock difference between two hosts.
const skew = 5 * time.Second

// Claims are the claims of a grant.
type Claims struct {
	// Run is the id of the run, chosen by the runner.
	Run string `json:"run"`
	// Workspace is the id of the workspace that owns the workflow; for an inline
	// definition, the caller's workspace.
	Workspace string `json:"workspace"`
	// Share is the share's resource name; empty for an owner's own run.
	Share string `json:"share,omitempty"`
	// VersionHash is the SHA-256 of the definition's bytes, in hex.
	VersionHash string `json:"version_hash"`
	// ChargedKey is the resource name of the key that pays.
	ChargedKey string `json:"charged_key"`
	// Visitor is the caller's stable pseudonym (caller.Principal.Visitor).
	Visitor string `json:"visitor,omitempty"`
	// Authority is the assertion of the member who started an own run, as it was
	// presented (caller.Principal.Assertion). The vault gives a workspace's
	// credentials to a run without a share on this alone. It needs to have been
	// alive at IssuedAt, not later. Empty for runs through a share.
	Authority string `json:"authority,omitempty"`
	// Slots are the places in steps where credentials go.
	Slots []Slot `json:"slots,omitempty"`
	// Models are the model versions that the run may load, by resource name:
	// "workspaces/demo/models/ocr/versions/1".
	Models []string `json:"models,omitempty"`
	// Limits bound what the run may do.
	Limits Limits `json:"limits"`
	// Peer is the name of the service that may use the grant: "runner".
	Peer string `json:"peer"`
	// IssuedAt and Expiry are Unix seconds.
	IssuedAt int64 `json:"iat"`
	Expiry   int64 `json:"exp"`
}

// Slot is one place where a credential goes. Either Credential or Input is set.
type Slot struct {
	// Step and Field say where: steps.<step>.<field>.
	Step  string `json:"step"`
	Field string `json:"field"`
	// Credential is the resource name of a credential of Claims.Workspace.
	Credential string `json:"credential,omitempty"`
	// Input is the name of the input that holds the visitor's credential.
	Input string `json:"input,omitempty"`
	// Destination is where it may go, canonical: "https://api.openai.com:443".
	Destination string `json:"destination"`
	// Provider, SlotKind ("bearer", "header", "query", "basic", "body", "url", "smtp", "account", "signature"),
	// SlotName and SlotPrefix tell where in the request a visitor's credential goes; empty is the
	// provider's usual place. A stored credential has its own.
	Provider string `json:"provider,omitempty"`
	SlotKind string `json:"slot_kind,omitempty"`
	SlotName string `json:"slot_name,omitempty"`
	// SlotPrefix is the text before the value in a header: "Bot ".
	SlotPrefix string `json:"slot_prefix,omitempty"`
}

// Limits bound a run.
type Limits struct {
	// Attempts is the highest attempt number of one step. As no attempt can be
	// used twice, it bounds the calls of each slot. 0 allows none.
	Attempts int32 `json:"attempts"`
}

// Expires is Expiry as a time.
func (c *Claims) Expires() time.Time { return time.Unix(c.Expiry, 0) }

// Issued is IssuedAt as a time.
func (c *Claims) Issued() time.Time { return time.Unix(c.IssuedAt, 0) }

// Slot finds the slot of a step's field.
func (c *Claims) Slot(step, field string) (Slot, bool) {
	for _, s := range c.Slots {
		if s.Step == step && s.Field == field {
			return s, true
		}
	}
	return Slot{}, false
}

// InputSlots are the slots that the visitor's input fills.
func (c *Claims) InputSlots(input string) []Slot {
	var slots []Slot
	for _, s := range c.Slots {
		if input != "" && s.Input == input {
			slots = append(slots, s)
		}
	}
	return slots
}

// HasModel reports whether the run may load a model version.
func (c *Claims) HasModel(name string) bool {
	for _, m := range c.Models {
		if m == name {
			return true
		}
	}
	return false
}

// Sign returns the token of a grant. It refuses a grant that could never be used, so that
// the mistake shows where it was made.
func Sign(by *identity.Identity, c Claims) (string, error) {
	if err := c.wellFormed(); err != nil {
		return "", fmt.Errorf("sign run grant: %w", err)
	}
	token, err := by.Sign(Type, c)
	if err != nil {
		return "", fmt.Errorf("sign run grant: %w", err)
	}
	return token, nil
}

// Verify checks a token that the given peer presented, at the given time. Every
// failure is the same GRANT_INVALID; only the log has the cause. The claims are
// shared with other calls that present the same token: they must not be changed.
func Verify(with *identity.Verifier, token, peer string, now time.Time) (*Claims, error) {
	c, err := identity.VerifyAs[*Claims](with, token, Type, []string{Issuer})
	if err != nil {
		return nil, Invalid(err)
	}
	if c == nil { // the claims were "null"
		return nil, Invalid(errors.New("no claims"))
	}
	if err := c.wellFormed(); err != nil {
		return nil, Invalid(err)
	}
	if err := c.Check(peer, now); err != nil {
		return nil, err
	}
	return c, nil
}

// Check verifies what can change between uses of a token with a valid signature: the time,
// and the peer that presents the grant.
func (c *Claims) Check(peer string, now time.Time) error {
	switch {
	case peer == "" || c.Peer != peer:
		return Invalid(fmt.Errorf("made for %q, presented by %q", c.Peer, peer))
	case !now.Before(c.Expires()):
		return Invalid(fmt.Errorf("expired at %s", c.Expires().UTC()))
	case now.Add(skew).Before(c.Issued()):
		return Invalid(fmt.Errorf("issued in the future, at %s", c.Issued().UTC()))
	}
	return nil
}

// Invalid is the only error for an invalid grant.
func Invalid(cause error) error {
	return errs.PermissionDenied("the run grant is unknown, expired or ended, or does not cover this call").WithReason(errorsv1.Reason_REASON_GRANT_INVALID).Because(cause)
}

func (c *Claims) wellFormed() error {
	switch {
	case c.Run == "" || c.Workspace == "" || c.ChargedKey == "" || c.Peer == "":
		return fmt.Errorf("run, workspace, charged key and peer are all needed")
	case c.IssuedAt <= 0 || c.Expiry <= c.IssuedAt:
		return fmt.Errorf("lifetime is empty")
	case c.Expires().Sub(c.Issued()) > MaxLifetime:
		return fmt.Errorf("lifetime is longer than %s", MaxLifetime)
	case c.Share != "" && !strings.HasPrefix(c.Share, "workspaces/"+c.Workspace+"/"):
		return fmt.Errorf("share is of another workspace")
	}
	for i, s := range c.Slots {
		if err := s.wellFormed(c.Workspace); err != nil {
			return fmt.Errorf("slot %d: %w", i, err)
		}
	}
	return nil
}

func (s Slot) wellFormed(workspace string) error {
	switch {
	case s.Step == "" || s.Field == "" || s.Destination == "":
		return fmt.Errorf("step, field and destination are all needed")
	case (s.Credential == "") == (s.Input == ""):
		return fmt.Errorf("exactly one of credential and input is needed")
	case s.Credential != "" && !strings.HasPrefix(s.Credential, "workspaces/"+workspace+"/credentials/"):
		return fmt.Errorf("credential is of another workspace")
	}
	return nil
}
