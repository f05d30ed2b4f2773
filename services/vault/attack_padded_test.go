package vault_test

import (
	"fmt"
	"strings"
	"testing"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// mostWeak bounds the characters of a key that a link shows in pieces that count half.
const mostWeak = 2*mostShown - 1

// filler returns prose of a size in bytes.
func filler(size int) string {
	const prose = "The answer to a long question is long, and most of it is not about keys at all. "
	return strings.Repeat(prose, size/len(prose)+1)[:size]
}

// TestAttackSlicesInPaddedAnswers reads a key of 164 characters from answers of 10 KB, 1.5 MB
// and 9 MB, and in codings.
func TestAttackSlicesInPaddedAnswers(t *testing.T) {
	t.Parallel()
	report := attack.New(t, "A4", "a key in slices of 8, 9 and 15 in padded answers and in codings")
	for name, size := range map[string]int{"10 KB": 10 << 10, "1.5 MB": 3 << 19, "9 MB": 9 << 20} {
		for _, slice := range []int{8, 9, 15} {
			t.Run(fmt.Sprintf("%d in %s", slice, name), func(t *testing.T) {
				t.Parallel()
				readsAtMost(t, report, slice, most(slice, size > 1<<20), func(s string) string { return filler(size) + s })
			})
		}
	}
	for name, as := range map[string]func(string) string{
		"hex":      func(s string) string { return fmt.Sprintf("%x", s) },
		"commas":   func(s string) string { return strings.Join(strings.Split(s, ""), ", ") },
		"escapes":  func(s string) string { return "%" + strings.ToUpper(fmt.Sprintf("% x", s)) },
		"reversed": reversed,
	} {
		for _, slice := range []int{9, 15} {
			t.Run(fmt.Sprintf("%d as %s", slice, name), func(t *testing.T) {
				t.Parallel()
				readsAtMost(t, report, slice, mostWeak, as)
			})
		}
	}
}

func most(slice int, padded bool) int {
	switch {
	case slice >= 12:
		return 0
	case padded && slice == 8:
		return mostWeak
	}
	return mostShown
}

// readsAtMost asks for one slice of a key in each run until the link is suspended.
func readsAtMost(t *testing.T, report *attack.Attack, slice, most int, as func(string) string) {
	t.Helper()
	r := newHarness(t, testkit.SQLite(t), "embedded:").start(t)
	n := r.tenant(t, "demo")
	f := newThief(t, n)
	must(t, n.opens("a", true))
	shown := 0
	for _, piece := range f.slices(slice) {
		if _, _, err := f.run(r, "a", as(piece)); err != nil {
			report.Attempt(shown <= most, "%d characters were shown, then %v", shown, err)
			if events := r.events(t, n, "answer.withheld"); len(events) != 1 {
				t.Errorf("the owner gets %v", events)
			}
			return
		}
		shown += slice
	}
	report.Attempt(false, "all %d characters were shown", shown)
}

// TestAttackSlicesOfOneBodyUnderSeveralValues: pieces are counted for the private part of a
// value, in every spelling of the value and under every credential that holds it.
func TestAttackSlicesOfOneBodyUnderSeveralValues(t *testing.T) {
	t.Parallel()
	report := attack.New(t, "A4", "slices of one key that is stored in several forms, and again after it was deleted")
	forms := map[string]func(key, body string, i int) string{
		"with a scheme": func(key, _ string, i int) string { return []string{key, "Bearer " + key}[i%2] },
		"without its prefix": func(key, body string, i int) string {
			return []string{key, body}[i%2]
		},
		"the same again": func(key, _ string, _ int) string { return key },
	}
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stores(t, func(t *testing.T, r *replica) {
				n := r.tenant(t, "demo")
				key, body := longKey()
				f := &thief{t: t, n: n, body: body}
				shown := 0
				for i, piece := range f.slices(8) {
					n.again(t, form(key, body, i))
					if err := n.opens("a", true); err != nil {
						break
					}
					if _, _, err := f.run(r, "a", piece); err != nil {
						break
					}
					shown += len(piece)
				}
				report.Attempt(shown <= mostShown, "%s: %d characters were shown", name, shown)
			})
		})
	}
}

// again deletes a tenant's credential and creates one with another value.
func (n *tenant) again(t testing.TB, value string) {
	t.Helper()
	_, err := n.r.public.DeleteCredential(n.ctx, &vaultv1.DeleteCredentialRequest{Name: n.llm.GetName(), Force: true})
	must(t, err)
	n.llm = n.credential(t, "llm", value)
}
