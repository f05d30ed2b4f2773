package booking

import (
	"testing"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// The outcome of a call is unknown until its answer begins. A run that ends before that
// must not book it as known.
func TestACallWithoutAnAnswerIsOfUnknownEnd(t *testing.T) {
	t.Parallel()
	l := NewLedger(nil, func() map[Slot]string { return map[Slot]string{{"llm", "api_key"}: "c"} })
	first, second := engine.Attempt{Step: "llm", Number: 1}, engine.Attempt{Step: "llm", Number: 2}
	l.Called(first, "api_key")
	l.Called(second, "api_key")
	l.Answered(second, "api_key")
	items := l.List()
	if len(items) != 2 || !items[0].GetEndUnknown() || items[1].GetEndUnknown() {
		t.Errorf("got %v", items)
	}
}
