package workflow

// Limits of a definition. Real definitions are far below them, and no document below them
// exhausts a service.
const (
	MaxBytes   = 1 << 20
	maxDepth   = 64
	maxText    = 256 << 10
	maxValues  = 200_000
	MaxSteps   = 1000
	MaxInputs  = 1000
	MaxOutputs = 1000
	maxName    = 256
	maxKinds   = 64
	// maxProblems bounds the problems that are reported for one document.
	maxProblems = 500
)
