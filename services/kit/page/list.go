package page

// Sizes of a page, in rows.
const (
	DefaultSize = 50
	MaxSize     = 500
)

// Request is a list request as in AIP-158.
type Request interface {
	GetPageSize() int32
	GetPageToken() string
}

// Listing describes how to read the rows of a list request.
type Listing[Row, Cursor any] struct {
	// First is the cursor of the first page.
	First Cursor
	// Binding has the values that must not change between pages, such as parent and filter.
	Binding []string
	// Read returns at most limit rows after a cursor.
	Read func(after Cursor, limit int) ([]Row, error)
	// CursorOf returns the cursor after a row.
	CursorOf func(Row) Cursor
}

// List reads a page and makes the token of the next one. It reads one row more than fits on
// the page, to see whether there is a next page.
func List[Row, Cursor any](tokens *Tokens, r Request, l Listing[Row, Cursor]) (rows []Row, next string, err error) {
	after := l.First
	if err := tokens.Decode(r.GetPageToken(), &after, l.Binding...); err != nil {
		return nil, "", err
	}
	size := Size(r.GetPageSize(), DefaultSize, MaxSize)
	rows, err = l.Read(after, size+1)
	if err != nil || len(rows) <= size {
		return rows, "", err
	}
	rows = rows[:size]
	next, err = tokens.Encode(l.CursorOf(rows[size-1]), l.Binding...)
	return rows, next, err
}

// Place is the cursor of a listing by time. The ID orders rows with the same time.
type Place struct {
	Time int64  `json:"t"`
	ID   string `json:"id"`
}
