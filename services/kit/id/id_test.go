package id_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/id"
)

func TestNewIsValidUniqueAndOrdered(t *testing.T) {
	t.Parallel()
	ids := make([]string, 5000)
	for i := range ids {
		ids[i] = id.New("run")
		if !id.Valid("run", ids[i]) {
			t.Fatalf("own id %q is not valid", ids[i])
		}
	}
	if !slices.IsSorted(ids) {
		t.Error("ids do not increase")
	}
	if n := len(slices.Compact(slices.Clone(ids))); n != len(ids) {
		t.Errorf("%d ids, %d distinct", len(ids), n)
	}
}

func TestValidRefuses(t *testing.T) {
	t.Parallel()
	good := id.New("shr")
	for _, s := range []string{
		"", "shr", "shr_", good[4:], "run_" + good[4:], good + "0", good[:len(good)-1], strings.ToUpper(good),
		"shr_{0190d3b2-7d4e-7000-8000-000000000000}", "shr_0190d3b2-7d4e-4000-8000-000000000000", good + "/../x", " " + good,
	} {
		if id.Valid("shr", s) {
			t.Errorf("%q is taken for an id", s)
		}
	}
}
