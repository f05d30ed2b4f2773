package container

// Text receives a part of a text.
type Text func(Part)

// Part is a part of a text. It is valid until the call returns.
type Part struct {
	// Place identifies the text. Choice identifies the text of one choice if an answer has
	// several; otherwise it equals Place.
	Place, Choice uint64
	Bytes         []byte
	// Offset is the offset of the part in the answer.
	Offset int64
	// Last means that a string ends with the part, so that the next part of the text is another
	// string.
	Last bool
	// Name means that the part is a field name.
	Name bool
}

// plainPart returns a part of a text that does not consist of strings.
func plainPart(place uint64, b []byte, offset int64) Part {
	return Part{Place: place, Choice: place, Bytes: b, Offset: offset}
}

// kind is the format of an answer.
type kind int

const (
	unknown kind = iota
	plain
	jsonKind
	eventKind
	formKind
	multipartKind
)

// Places that are not paths in JSON.
const (
	// PlaceWire is the raw answer, without the middle of long strings, if its texts are found
	// separately. PlacePlain is an answer that is one text.
	PlaceWire = iota + 1
	PlacePlain
	// PlaceFields is reserved for a text that the caller joins from the strings of all places.
	PlaceFields
	// PlaceOutside is the text between strings: punctuation and numbers.
	PlaceOutside
	placeNames // of the fields
	placePayload
	placeForm
	placePart
)
