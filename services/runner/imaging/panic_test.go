package imaging

import "testing"

// A panic in a part of the work arrives in the goroutine that requested the work, and can
// be recovered there.
func TestAPanicInAPartComesOut(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("nothing came out")
		}
	}()
	rows(1<<10, 1<<10, func(from, _ int) {
		if from > 0 {
			panic("broken")
		}
	})
}
