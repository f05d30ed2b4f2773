package id_test

import (
	"regexp"
	"slices"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/id"
)

var wellFormed = regexp.MustCompile(`^run_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

func TestNewIsWellFormedUniqueAndOrdered(t *testing.T) {
	t.Parallel()
	ids := make([]string, 5000)
	for i := range ids {
		if ids[i] = id.New("run"); !wellFormed.MatchString(ids[i]) {
			t.Fatalf("%q is not an id", ids[i])
		}
	}
	if !slices.IsSorted(ids) {
		t.Error("ids do not increase")
	}
	if n := len(slices.Compact(slices.Clone(ids))); n != len(ids) {
		t.Errorf("%d ids, %d distinct", len(ids), n)
	}
}
