package cli

import (
	"net/url"
	"strconv"
)

// PageFlags choose a page of a list.
type PageFlags struct {
	PageSize  int    `help:"Rows per page." default:"50"`
	PageToken string `help:"Page token from the previous response."`
}

// Query adds the flags to a query, which may be nil.
func (p PageFlags) Query(q url.Values) url.Values {
	if q == nil {
		q = url.Values{}
	}
	q.Set("pageSize", strconv.Itoa(p.PageSize))
	if p.PageToken != "" {
		q.Set("pageToken", p.PageToken)
	}
	return q
}

// TextQuery asks for rows that contain a text, or for all rows if the text is empty.
func TextQuery(text string) url.Values {
	query := url.Values{}
	if text != "" {
		query.Set("text", text)
	}
	return query
}
