package vault_test

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
	"github.com/keyhole-dev/keyhole/services/vault/guard"
)

// hexKey returns a key of hexadecimal digits in which each slice of a size counts.
func hexKey(digits, slice int, written func(digits string) string) (key, body string) {
	for {
		raw := make([]byte, digits/2)
		_, _ = rand.Read(raw)
		body = hex.EncodeToString(raw)
		key = written(body)
		set, err := guard.New(secret.FromString(key))
		if err == nil && everyOf(set, body, slice) {
			return key, body
		}
	}
}

func everyOf(set *guard.Set, body string, slice int) bool {
	for ; len(body) >= slice; body = body[slice:] {
		if slice > 8 && set.Check([]byte(body[:slice])) == nil {
			return false
		}
	}
	return true
}

func bare(digits string) string { return digits }

func uuid(d string) string {
	return d[:8] + "-" + d[8:12] + "-" + d[12:16] + "-" + d[16:20] + "-" + d[20:]
}

var hexForms = map[string]struct {
	digits  int
	written func(string) string
	// most are the digits that a link shows in slices of 9, 10 and 11.
	most map[int]int
}{
	"a UUID":    {32, uuid, map[int]int{9: 18, 10: 10, 11: 11}},
	"32 digits": {32, bare, map[int]int{9: 18, 10: 10, 11: 11}},
	"64 digits": {64, bare, map[int]int{9: 36, 10: 20, 11: 11}},
}

// TestAttackHexSlices reads hexadecimal keys in slices of 9, 10 and 11 from answers that are
// plain, and behind 1.5 MB.
func TestAttackHexSlices(t *testing.T) {
	t.Parallel()
	report := attack.New(t, "A4", "hexadecimal keys and UUIDs in slices of 9, 10 and 11 over runs")
	for name, form := range hexForms {
		for slice, most := range form.most {
			for _, padding := range []string{"", filler(3 << 19)} {
				t.Run(fmt.Sprintf("%s by %d behind %d", name, slice, len(padding)), func(t *testing.T) {
					t.Parallel()
					shown, err := readsHex(t, form.digits, slice, form.written, padding)
					report.Attempt(err != nil && shown <= most, "%d of %d digits were shown, then %v", shown, form.digits, err)
				})
			}
		}
	}
}

// TestHexSlicesOfEightPass shows the limit in the threat model: 1 GB of hashes has several pieces
// of eight of such a key by chance.
func TestHexSlicesOfEightPass(t *testing.T) {
	t.Parallel()
	for name, form := range hexForms {
		if shown, err := readsHex(t, form.digits, 8, form.written, ""); err != nil || shown != form.digits {
			t.Errorf("%s: %d digits, then %v: the threat model says that these pass", name, shown, err)
		}
	}
}

// readsHex asks for one slice in each run until the link is suspended.
func readsHex(t *testing.T, digits, slice int, written func(string) string, padding string) (shown int, ended error) {
	t.Helper()
	r := newHarness(t, testkit.SQLite(t), "embedded:").start(t)
	n := r.tenant(t, "demo")
	key, body := hexKey(digits, slice, written)
	f := &thief{t: t, n: n, body: body}
	n.llm = n.newValue(t, key)
	must(t, n.opens("a", true))
	for _, piece := range f.slices(slice) {
		if _, _, err := f.run(r, "a", padding+piece); err != nil {
			return shown, err
		}
		shown += slice
	}
	return shown, nil
}
