package query

// build makes the operation of one object. It is a chain of functions and not a table,
// because operations contain operations.
func build(f *fields) (op operation, known bool) {
	for _, group := range []func(*fields) operation{
		textOperation, numberOperation, sequenceOperation, imageOperation,
		classificationOperation, detectionsOperation, shapingOperation,
	} {
		if op := group(f); op != nil {
			return op, true
		}
	}
	return nil, false
}
