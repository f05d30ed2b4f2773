package models

import (
	"context"
	"strings"
	"testing"
)

// Reading the answer of a hostile model may end its run, but no other run: a panic on
// another goroutine would end the process.
func TestAPanicBesideIsAnError(t *testing.T) {
	t.Parallel()
	err := each(t.Context(), 2, func(_ context.Context, i int) error {
		var boxes []float32
		_ = boxes[i]
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "out of range") {
		t.Errorf("got %v", err)
	}
}
