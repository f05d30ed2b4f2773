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

// storeRunCredentials stores the credentials among the inputs in the vault and replaces them by a
// mark. Steps can then neither use nor reveal them. Only the redactor keeps them, to find them in
// outputs.
func (r *run) storeRunCredentials(ctx context.Context) error {
	wrong := errs.InvalidArgument("a credential must be a string").WithReason(errorsv1.Reason_REASON_INPUT_INVALID)
	missing := errs.InvalidArgument("credentials are missing").WithReason(errorsv1.Reason_REASON_INPUT_MISSING)
	secrets := map[string]string{}
	for _, in := range r.allowed.GetCredentialInputs() {
		name := in.GetName()
		given, path := r.takeCredential(in)
		secret, isText := given.(string)
		switch {
		case given == nil || isText && secret == "":
			missing = missing.Field(path, "required")
		case !isText:
			wrong = wrong.Field(path, "must be a string")
		default:
			secrets[name] = secret
		}
	}
	r.order.Target.Target = nil // a definition of the caller may contain credentials
	for _, refusal := range []*errs.Error{missing, wrong} {
		if len(refusal.Violations()) > 0 {
			return refusal
		}
	}
	for name, secret := range secrets {
		r.redactor.Add(secret)
		// Storing it twice leaves one: its key in Redis is the run and the input.
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

// takeCredential removes a credential from its place: an input, or a field of a definition that
// came with the request.
func (r *run) takeCredential(in *sharinginternalv1.CredentialInput) (given any, path string) {
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

// claimsOf reads the claims of a grant, for line items and early refusals. It does not check the
// signature: the grant came from sharing itself, and the vault and the registry check it on each use.
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

// callsOf is how many calls with credentials a step may make, and -1 for a step without credentials.
func callsOf(claims *grant.Claims, step string) int {
	for _, slot := range claims.Slots {
		if slot.Step == step {
			return int(claims.Limits.Attempts)
		}
	}
	return -1
}
