package query

// Evaluation stops with an error beyond these; none is reached by a definition
// that means well.
const (
	// maxDepth is how deep operations and statements nest.
	maxDepth = 24
	// maxParts is how many operations and statements one field may hold.
	maxParts = 2000
	// maxRegex is the length of a regular expression in bytes.
	maxRegex = 1000
	// maxSteps is how many operations and elements one evaluation may touch.
	maxSteps = 1_000_000
	// maxText is the length of a text that an operation makes, in bytes.
	maxText = 1_000_000
)
