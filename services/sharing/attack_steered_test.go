package sharing_test

import (
	"strings"
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
)

// If a visitor could choose the address of a hidden key, the visitor would learn on which
// paths of the host the key works.
func TestAttackHiddenKeyToAVisitorsPath(t *testing.T) {
	t.Parallel()
	const steered = `{"version":"1.0","inputs":[{"type":"WorkflowParameter","name":"where"}],"steps":[
		{"type":"roboflow_core/openai_compatible@v1","name":"llm","base_url":"https://api.openai.com/$inputs.where","api_key":"$credentials.openai","model_name":"m","prompt":"x"}],
		"outputs":[{"type":"JsonField","name":"answer","selector":"$steps.llm.output"}]}`
	on(t, func(t *testing.T, s *harness) {
		s.vault.addCredential("acme", "openai", "openai_compatible", "https://api.openai.com")
		s.workflow("acme", "steered", steered)
		_, err := s.tryShare("acme", "steered", &sharingv1.Share{CredentialAccess: hiddenAccess})
		refused(t, err, errorsv1.Reason_REASON_DESTINATION_NOT_CONSTANT)
		s.workflow("acme", "fixed", strings.Replace(steered, "/$inputs.where", "/v1", 1))
		_, err = s.tryShare("acme", "fixed", &sharingv1.Share{CredentialAccess: hiddenAccess})
		must(t, err)
		// A caller that brings both credentials may choose both.
		_, err = s.tryShare("acme", "steered", nil)
		must(t, err)
	})
}
