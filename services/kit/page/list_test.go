package page_test

import (
	"errors"
	"slices"
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/page"
)

type listRequest struct {
	size  int32
	token string
}

func (r listRequest) GetPageSize() int32   { return r.size }
func (r listRequest) GetPageToken() string { return r.token }

// numbers lists the numbers below n, highest first.
func numbers(n int, binding ...string) page.Listing[int, int] {
	return page.Listing[int, int]{
		First: n, Binding: binding,
		Read: func(below, limit int) ([]int, error) {
			var rows []int
			for i := below - 1; i >= 0 && len(rows) < limit; i-- {
				rows = append(rows, i)
			}
			return rows, nil
		},
		CursorOf: func(row int) int { return row },
	}
}

func TestAListingShowsEachRowOnce(t *testing.T) {
	t.Parallel()
	tok := tokens(t, "0123456789abcdef")
	for _, total := range []int{0, 1, 2, 3, 4, 7} {
		var all []int
		pages, token := 0, ""
		for ok := true; ok; ok = token != "" {
			rows, next, err := page.List(tok, listRequest{3, token}, numbers(total, "numbers"))
			if err != nil {
				t.Fatal(err)
			}
			all, token = append(all, rows...), next
			pages++
		}
		want := numbers(total)
		rows, _ := want.Read(total, total)
		if !slices.Equal(all, rows) || pages != max(1, (total+2)/3) {
			t.Errorf("%d rows: %v on %d pages", total, all, pages)
		}
	}
}

func TestAPageHasAtMostItsSize(t *testing.T) {
	t.Parallel()
	tok := tokens(t, "0123456789abcdef")
	for asked, want := range map[int32]int{0: page.DefaultSize, -1: page.DefaultSize, 7: 7, 100_000: page.MaxSize} {
		rows, next, err := page.List(tok, listRequest{size: asked}, numbers(1000, "numbers"))
		if err != nil || len(rows) != want || next == "" {
			t.Errorf("asked for %d: %d rows, %v", asked, len(rows), err)
		}
	}
}

func TestATokenOfAnotherListingIsRefused(t *testing.T) {
	t.Parallel()
	tok := tokens(t, "0123456789abcdef")
	_, next, err := page.List(tok, listRequest{size: 1}, numbers(3, "numbers", "mine"))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := page.List(tok, listRequest{1, next}, numbers(3, "numbers", "theirs")); errs.ReasonOf(err) != errorsv1.Reason_REASON_PAGE_TOKEN_INVALID {
		t.Errorf("got %v", err)
	}
}

func TestAListingFailsWithItsRead(t *testing.T) {
	t.Parallel()
	wanted := errors.New("wanted")
	l := numbers(3)
	l.Read = func(int, int) ([]int, error) { return nil, wanted }
	if rows, next, err := page.List(tokens(t, "0123456789abcdef"), listRequest{}, l); !errors.Is(err, wanted) || rows != nil || next != "" {
		t.Errorf("got %v, %q, %v", rows, next, err)
	}
}
