package query

// ParseOperations parses a list of operations.
func ParseOperations(v any) (Operations, Problems) {
	p := newParser()
	ops := p.operations(v, "", 0)
	return ops, p.problems
}

// ParseStatement parses a StatementGroup.
func ParseStatement(v any) (*Statement, Problems) {
	p := newParser()
	root := p.group(v, "", 0)
	return &Statement{root: root}, p.problems
}

func newParser() *parser { return &parser{build: build} }

// build makes the operation of one object. Each kind of operation is tried in turn.
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
