package run

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/retry"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/outbound"
	"github.com/keyhole-dev/keyhole/services/workflow"
)

// handOver gives the credentials among the inputs to the vault. In the inputs
// the mark takes their place, so what runs can neither use nor give them out;
// only the redactor still knows them, to look for them.
func (r *run) handOver(ctx context.Context) error {
	wrong := errs.InvalidArgument(errorsv1.Reason_REASON_INPUT_INVALID, "a credential must be a text")
	missing := errs.InvalidArgument(errorsv1.Reason_REASON_INPUT_MISSING, "credentials are missing")
	secrets := map[string]string{}
	for _, in := range r.allowed.GetCredentialInputs() {
		name := in.GetName()
		given, path := r.credential(in)
		secret, isText := given.(string)
		switch {
		case given == nil || isText && secret == "":
			missing = missing.Field(path, "required")
		case !isText:
			wrong = wrong.Field(path, "must be a text")
		default:
			secrets[name] = secret
		}
	}
	r.order.Target.Target = nil // a definition that was brought may hold some
	for _, refusal := range []*errs.Error{missing, wrong} {
		if len(refusal.Violations()) > 0 {
			return refusal
		}
	}
	for name, secret := range secrets {
		r.redactor.Add(secret)
		err := retry.Do(ctx, callRetries, isUnavailable, func() error {
			_, err := r.deps.Vault.PutRunCredential(ctx, &vaultinternalv1.PutRunCredentialRequest{
				Grant: r.allowed.GetGrant(), Input: name, Value: secret,
			})
			return err
		})
		if err != nil {
			return outbound.Error(ctx, err)
		}
	}
	return nil
}

// credential takes a credential out of where it came: an input, or a place in a
// definition that the caller brought along.
func (r *run) credential(in *sharinginternalv1.CredentialInput) (given any, path string) {
	if in.GetPointer() == "" {
		given = r.order.Inputs[in.GetName()]
		r.order.Inputs[in.GetName()] = engine.SlotMark
		return given, "inputs." + in.GetName()
	}
	path = "definition" + strings.ReplaceAll(in.GetPointer(), "/", ".")
	definition, _ := workflow.Parse(r.order.Target.GetDefinition())
	if definition == nil {
		return nil, path
	}
	node, ok := definition.Root.Lookup(in.GetPointer())
	if !ok {
		return nil, path
	}
	return node.Value(), path
}

// claimsOf reads what the grant says, for the line items and for early refusals. It
// does not check the signature: the grant came from sharing itself, which reads
// the line items too, and rights are decided by the vault.
func claimsOf(token string) *grant.Claims {
	claims := &grant.Claims{}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return claims
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(payload, claims) != nil {
		return &grant.Claims{}
	}
	return claims
}

// callsOf is how many calls with credentials a step may make: below 0 where it has none.
func callsOf(claims *grant.Claims, step string) int {
	for _, slot := range claims.Slots {
		if slot.Step == step {
			return int(claims.Limits.Attempts)
		}
	}
	return -1
}
