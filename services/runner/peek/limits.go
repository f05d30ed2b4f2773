package peek

// Limits of the preview of one step, and of all previews of a run together.
const (
	// Elements is the most elements of a batch.
	Elements = 8
	// Pictures is the most pictures, and Longest the longest side of one, in pixels.
	Pictures = 8
	Longest  = 320
	// Items is the most items of a list, Keys the most keys of an object.
	Items = 50
	Keys  = 100
	// Characters is the most characters of a text.
	Characters = 2000
	// Depth is how deep lists and objects nest.
	Depth = 8
	// Values is the most values of a step.
	Values = 5000
	// Cuts is the most parts that are said to be cut.
	Cuts = 100
	// StepBytes is the most bytes of a step, RunBytes of all steps of a run.
	StepBytes = 256 << 10
	RunBytes  = 8 << 20
)
