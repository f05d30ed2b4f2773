package strict

// What the tests of the whole gateway need to know about the contract.
var (
	Methods      = methods
	PathVariable = pathVariable
	FieldOf      = fieldOf
	IsText       = isText
	WellKnown    = wellKnown
	NewMarshaler = newMarshaler
)

// Method is a method of the contract.
type Method = method
