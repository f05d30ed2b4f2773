package sharing_test

import (
	"fmt"
	"strings"
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
)

// hook is a workflow with one webhook, whose fields may name the input "a".
func hook(fields string) string {
	return fmt.Sprintf(`{"version":"1.0","inputs":[{"type":"WorkflowParameter","name":"a"}],
		"steps":[{"type":"roboflow_core/webhook_sink@v1","name":"hook","url":"https://hooks.example.com/x","method":"POST",%s}],"outputs":[]}`, fields)
}

func (s *harness) trySave(id, definition string) error {
	_, err := s.api.CreateWorkflow(s.member("acme"), &sharingv1.CreateWorkflowRequest{
		Parent: "workspaces/acme", WorkflowId: id, Workflow: &sharingv1.Workflow{Title: "t", Definition: object(s.t, definition)},
	})
	return err
}

// Two credentials for one place in a request are refused on save, in every spelling, and no
// literal is stored.
func TestTwoCredentialsForOnePlaceAreRefusedOnSave(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		literal := func(n int) string { return strings.Repeat(fmt.Sprint(n), 3) + "Zk3vQ9xT7bLm2Wc8RfYh5NpJd4Gs6AeUi" }
		texts := map[string][2]string{
			"literals":              {literal(1), literal(2)},
			"credentials":           {"$credentials.one", "$credentials.two"},
			"inputs":                {"$inputs.a", "$inputs.a"},
			"literal and reference": {literal(1), "$credentials.one"},
			"input and literal":     {"$inputs.a", literal(2)},
			"unbound":               {"$credentials", "$credentials"},
		}
		n := 0
		for _, places := range [][3]string{
			{"query_parameters", "Key", "key"},
			{"query_parameters", "TOKEN", "Token"},
			{"headers", "X-API-Key", "x-api-key"},
			{"headers", "Authorization", "authorization"},
			{"headers", "COOKIE", "Cookie"},
		} {
			for name, text := range texts {
				n++
				err := s.trySave(fmt.Sprint("wf", n), hook(fmt.Sprintf(`%q:{%q:%q,%q:%q}`, places[0], places[1], text[0], places[2], text[1])))
				if err == nil {
					t.Errorf("%v, %s: it is saved", places, name)
					continue
				}
				refused(t, err, errorsv1.Reason_REASON_DEFINITION_INVALID)
			}
		}
		many := func(n int) string {
			var headers []string
			for i := range n {
				headers = append(headers, fmt.Sprintf(`"X-Api-Key-%d":"$credentials.c%d"`, i, i))
			}
			return hook(`"headers":{` + strings.Join(headers, ",") + `}`)
		}
		refused(t, s.trySave("nine", many(9)), errorsv1.Reason_REASON_DEFINITION_INVALID)
		must(t, s.trySave("eight", many(8)))
		if k := len(s.vault.values); k != 0 {
			t.Errorf("%d literals of refused definitions are stored", k)
		}
		must(t, s.trySave("fine", hook(`"query_parameters":{"key":"`+literal(1)+`"},"headers":{"key":"`+literal(2)+`","Authorization":"Bearer `+literal(3)+`"}`)))
	})
}

// A credential whose place differs from the step's is refused on save. If the credential
// changed afterwards, an inspection names it.
func TestAMisplacedCredentialIsToldOnSaveAndByInspecting(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.vault.addCredential("acme", "hook", "generic", "https://hooks.example.com:443")
		place := func(kind vaultv1.SlotKind, name string) {
			s.vault.set(func() {
				c := s.vault.credentials["workspaces/acme/credentials/hook"]
				c.SlotKind, c.SlotName = kind, name
			})
			s.settle()
		}
		place(vaultv1.SlotKind_SLOT_KIND_HEADER, "X-Api-Key")
		for at, fields := range []string{
			`"headers":{"Authorization":"$credentials.hook"}`, `"headers":{"X-Token":"$credentials.hook"}`,
			`"query_parameters":{"X-Api-Key":"$credentials.hook"}`, `"json_payload":{"X-Api-Key":"$credentials.hook"}`,
			`"headers":{"X-Api-Key":"Bearer $credentials.hook"}`,
		} {
			refused(t, s.trySave(fmt.Sprint("wrong", at), hook(fields)), errorsv1.Reason_REASON_SLOT_MISMATCH)
		}
		must(t, s.trySave("right", hook(`"headers":{"x-api-key":"$credentials.hook"}`)))
		must(t, s.trySave("later", hook(`"headers":{"x-api-key":"$credentials.missing"}`)))
		inspect := func() []*sharingv1.Problem {
			out, err := s.api.InspectWorkflow(s.member("acme"), &sharingv1.InspectWorkflowRequest{Name: "workspaces/acme/workflows/right"})
			must(t, err)
			return out.GetProblems()
		}
		if p := inspect(); len(p) != 0 {
			t.Errorf("problems of a workflow that is right: %v", p)
		}
		place(vaultv1.SlotKind_SLOT_KIND_QUERY, "key")
		if p := inspect(); len(p) != 1 || !strings.Contains(p[0].GetMessage(), "query parameter") {
			t.Errorf("problems after the credential was changed: %v", p)
		}
	})
}
