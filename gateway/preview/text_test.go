package preview

import "testing"

func TestFitEndsInAnEllipsis(t *testing.T) {
	t.Parallel()
	if got := plainLine("a\x00b\u202ec"); got != "a b c" {
		t.Errorf("got %q", got)
	}
}
