package trials

import (
	"context"
	"net/http"
	"strconv"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/vault/attempts"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
)

// result is how a provider answered: for the client, and for the row of the attempt.
type result struct {
	outcome vaultv1.TestOutcome
	row     string
}

// sentences say each outcome in words. They are fixed, so that nothing of an answer gets into a reply.
var sentences = map[vaultv1.TestOutcome]string{
	vaultv1.TestOutcome_TEST_OUTCOME_ACCEPTED:      "The provider accepted the credential.",
	vaultv1.TestOutcome_TEST_OUTCOME_REFUSED:       "The provider refused the credential: it is wrong, expired or revoked. Store a new value.",
	vaultv1.TestOutcome_TEST_OUTCOME_NO_PERMISSION: "The provider knows the credential, but does not let it do this. Check its permissions with the provider.",
	vaultv1.TestOutcome_TEST_OUTCOME_LIMITED:       "The provider limits calls with this credential now, or its credit is used up. Check its limits with the provider.",
	vaultv1.TestOutcome_TEST_OUTCOME_UNREACHABLE:   "There was no usable answer: the provider cannot be reached, has a fault, or its address may not be called.",
	vaultv1.TestOutcome_TEST_OUTCOME_UNCLEAR:       "The provider answered, but its answer does not say whether the credential is valid.",
	vaultv1.TestOutcome_TEST_OUTCOME_NOT_TESTED:    "Keyhole does not know a harmless call to this provider. The credential was not sent.",
}

func reply(o vaultv1.TestOutcome) *vaultv1.TestCredentialResponse {
	return &vaultv1.TestCredentialResponse{Outcome: o, Message: sentences[o]}
}

// read turns a status into an outcome.
func (c call) read(status int) vaultv1.TestOutcome {
	switch {
	case status >= 200 && status < 300:
		return vaultv1.TestOutcome_TEST_OUTCOME_ACCEPTED
	case status == http.StatusUnauthorized, status == c.invalid:
		return vaultv1.TestOutcome_TEST_OUTCOME_REFUSED
	case status == http.StatusForbidden:
		return vaultv1.TestOutcome_TEST_OUTCOME_NO_PERMISSION
	case status == http.StatusTooManyRequests, status == http.StatusPaymentRequired:
		return vaultv1.TestOutcome_TEST_OUTCOME_LIMITED
	case status >= 500:
		return vaultv1.TestOutcome_TEST_OUTCOME_UNREACHABLE
	default:
		return vaultv1.TestOutcome_TEST_OUTCOME_UNCLEAR
	}
}

// answered is the result of an answer with a status.
func (c call) answered(status int) result {
	row := "ok"
	if status >= 400 {
		row = "failed " + strconv.Itoa(status)
	}
	return result{c.read(status), row}
}

// failed is the result of a call without an answer. Like other calls, it does not tell a refused address from a name
// that does not exist.
func failed(ctx context.Context, e *egress.Error) result {
	kind := e.Kind
	if e.Reveals == egress.Network {
		kind = egress.Unreachable
	}
	row := "failed " + kind.String()
	switch {
	case e.Unsent:
		row = attempts.NotSent + " " + kind.String()
	case e.Kind == egress.Canceled && ctx.Err() != nil:
		row = "failed canceled"
	}
	return result{vaultv1.TestOutcome_TEST_OUTCOME_UNREACHABLE, row}
}
