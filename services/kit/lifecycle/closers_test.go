package lifecycle_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/lifecycle"
)

func TestClosersCloseInReverseOrder(t *testing.T) {
	t.Parallel()
	var c lifecycle.Closers
	var closed []int
	wanted := errors.New("wanted")
	for i := range 3 {
		c.Defer(func() error {
			closed = append(closed, i)
			if i == 1 {
				return wanted
			}
			return nil
		})
	}
	if err := c.Close(); !errors.Is(err, wanted) || !slices.Equal(closed, []int{2, 1, 0}) {
		t.Errorf("closed %v, %v", closed, err)
	}
	if err := c.Close(); err != nil || len(closed) != 3 {
		t.Errorf("closed twice: %v, %v", closed, err)
	}
}
