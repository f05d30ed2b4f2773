package query

// Evaluation fails beyond these limits. No ordinary definition reaches them.
const (
	// maxDepth bounds the nesting of operations and statements.
	maxDepth = 24
	// maxParts bounds the operations and statements of one field.
	maxParts = 2000
	// maxRegex bounds a regular expression, in bytes.
	maxRegex = 1000
	// maxSteps bounds the operations and elements of one evaluation.
	maxSteps = 1_000_000
	// maxText bounds a text that an operation makes, in bytes.
	maxText = 1_000_000
)
