package vault_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// crowd is a result with more alternating fields than the guard distinguishes, and then a
// text.
func crowd(text string) string {
	var fields []string
	for i := range 300 {
		fields = append(fields, fmt.Sprintf(`"k%d":"v%d"`, i, i))
	}
	one := "{" + strings.Join(fields, ",") + "}"
	return "[" + one + "," + one + `,{"text":"` + text + `"}]`
}

// ends finishes a run with a result.
func (f *thief) ends(run, result string) vaultinternalv1.Verdict {
	f.t.Helper()
	out, err := f.n.r.sharer.EndRun(context.Background(), &vaultinternalv1.EndRunRequest{Run: run, Leaving: [][]byte{[]byte(result)}})
	must(f.t, err)
	return out.GetVerdict()
}

// TestAttackCrowdedResults hides a key in a result behind more fields than the guard
// distinguishes. The guard does not search such a result to its end, so the result must not
// leave the run.
func TestAttackCrowdedResults(t *testing.T) {
	t.Parallel()
	report := attack.New(t, "A4", "a key behind 600 fields of a result")
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		f := newThief(t, n)
		must(t, n.opens("a", true))
		pieces := f.slices(9)
		for name, text := range map[string]string{
			"the key": f.body, "a piece of 20": f.body[30:50], "four of 9": strings.Join([]string{pieces[0], pieces[2], pieces[4], pieces[6]}, " and "),
		} {
			_, run, err := f.run(r, "a", "hello")
			must(t, err)
			verdict := f.ends(run, crowd(text))
			report.Attempt(verdict == vaultinternalv1.Verdict_VERDICT_WITHHELD, "%s: %v", name, verdict)
		}
	})
}

// TestAttackResultOfADeletedValue deletes a credential during a run that has used it, and
// creates another one with its ID. The first value must not leave the run.
func TestAttackResultOfADeletedValue(t *testing.T) {
	t.Parallel()
	report := attack.New(t, "A4", "the value of a deleted credential in the result of a run that used it")
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		f := newThief(t, n)
		n.again(t, "sk-proj-"+f.body) // its version is 1, like that of the next value
		must(t, n.opens("a", true))
		_, run, err := f.run(r, "a", "hello")
		must(t, err)
		fresh, _ := longKey()
		n.again(t, fresh)
		verdict := f.ends(run, f.body)
		report.Attempt(verdict == vaultinternalv1.Verdict_VERDICT_WITHHELD, "%v", verdict)
	})
}
