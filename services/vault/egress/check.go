package egress

// Check says beforehand whether a slot can be filled: the vault asks when a
// credential is stored, so that its owner hears of it and not a run.
func (s *Slot) Check() error { return s.validate() }
