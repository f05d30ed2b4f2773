package sharing_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

const typedWorkflow = `{"version":"1.0","inputs":[{"type":"WorkflowParameter","name":"ratio","kind":["float_zero_to_one"]},
	{"type":"WorkflowParameter","name":"weight","kind":["float"]},{"type":"WorkflowParameter","name":"count","kind":["integer"]}],"steps":[],
	"outputs":[{"type":"JsonField","name":"a","selector":"$inputs.ratio"},{"type":"JsonField","name":"b","selector":"$inputs.weight"},{"type":"JsonField","name":"c","selector":"$inputs.count"}]}`

// A value that cannot be a credential is refused before anything is reserved or written,
// even if the budget is exhausted. The message names the inputs.
func TestInvalidCredentialsAreRefusedBeforeAnythingIsReserved(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.workflow("acme", "typed", typedWorkflow)
		token := s.share("acme", "typed", &sharingv1.Share{Limits: daily(1, 1)}).GetToken()
		guest := s.guest("g")
		ask := func(run string, inputs map[string]string) error {
			r := authorize(token, run, 0, "ratio", "weight", "count")
			r.Forms = map[string]*sharinginternalv1.InputForms{}
			for name, text := range inputs {
				v, err := value.Decode([]byte(text))
				must(t, err)
				r.Forms[name] = &sharinginternalv1.InputForms{Levels: []*sharinginternalv1.FormsAtLevel{{Forms: value.Forms(v)}}}
			}
			_, err := s.runner.AuthorizeRun(guest, r)
			return err
		}
		invalid := func(when string) {
			t.Helper()
			for i, inputs := range []map[string]string{
				{"ratio": `"nan"`, "weight": `"inf"`},
				{"ratio": `"NaN"`, "weight": `"-Infinity"`},
				{"ratio": `1.5`, "weight": `"1e999"`},
				{"ratio": `"x"`, "weight": `1e999`},
				{"ratio": `true`, "weight": `[1]`, "count": `1.5`},
			} {
				run := fmt.Sprintf("%s%d", when, i)
				err := ask(run, inputs)
				refused(t, err, errorsv1.Reason_REASON_INPUT_INVALID)
				for name := range inputs {
					if err == nil || !strings.Contains(err.Error(), `"`+name+`"`) && name != "ratio" {
						t.Errorf("%v: the message does not name %s: %v", inputs, name, err)
					}
				}
				if _, err := s.runner.FinishRun(context.Background(), failed(run, "", "")); err == nil {
					t.Errorf("%v: the run was admitted", inputs)
				}
			}
			if n := s.reserved(); n != 0 {
				t.Errorf("%s: %d reservations, want 0", when, n)
			}
		}
		invalid("before")
		must(t, ask("fits", map[string]string{"ratio": `"0.5"`, "weight": `1e300`, "count": `"12"`}))
		s.finish("fits")
		invalid("used up")
	})
}
