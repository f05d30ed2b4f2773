package track

// seen remembers the last IDs, so that a new object is reported once.
type seen struct {
	most  int
	order []int64
	ids   map[int64]bool
}

// record reports whether an ID is known, and remembers it.
func (s *seen) record(id int64) bool {
	if s.ids[id] {
		return true
	}
	if len(s.order) >= s.most {
		delete(s.ids, s.order[0])
		s.order = s.order[1:]
	}
	s.order = append(s.order, id)
	s.ids[id] = true
	return false
}
