package vault

import (
	"github.com/keyhole-dev/keyhole/services/kit/page"
)

// Sizes of a listing's page.
const (
	defaultPage = 50
	maxPage     = 500
)

// place is where a listing by time goes on.
type place struct {
	Time int64  `json:"t"`
	ID   string `json:"id"`
}

// listPage is what the listings have in common: it opens the token into cursor, reads
// one row more than the page holds, and makes the next token from the last row.
func listPage[T, C any](tokens *page.Tokens, size int32, token string, bound []string,
	read func(after C, limit int) ([]T, error), at func(T) C,
) ([]T, string, error) {
	var after C
	if err := tokens.Decode(token, &after, bound...); err != nil {
		return nil, "", err
	}
	n := page.Size(size, defaultPage, maxPage)
	rows, err := read(after, n+1)
	if err != nil || len(rows) <= n {
		return rows, "", err
	}
	rows = rows[:n]
	next, err := tokens.Encode(at(rows[n-1]), bound...)
	return rows, next, err
}
