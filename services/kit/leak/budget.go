package leak

// budget bounds the bytes that regular expressions read in one search. The slowest ones
// read a megabyte in about a second; ordinary text needs a few hundred bytes.
const budget = 1 << 20

// Search checks texts that belong together, such as the fields of one request, within one
// budget. Use NewSearch; the zero Search is not usable.
type Search struct {
	left int
}

// NewSearch starts a search.
func NewSearch() *Search { return &Search{left: budget} }

func (s *Search) spend(n int) bool {
	s.left -= n
	return s.left >= 0
}
