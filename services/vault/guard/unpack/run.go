package unpack

// Kind is the form of a run.
type Kind int

const (
	// Word is a run of letters, digits and the signs of base64.
	Word Kind = iota
	// Dense is a run of printable characters, like base85.
	Dense
	// Packed is an answer that begins with the mark of a compressed format.
	Packed
	// Numbers is a list of numbers; the run has the bytes that they represent.
	Numbers
)

// Run is a part of a text that may encode another text. Its bytes are valid until the collector
// continues.
type Run struct {
	Kind Kind
	Text []byte
	// All has the list of numbers with a zero for each that is not a byte.
	All []byte
}

const (
	// leastRun is the shortest run that is opened, in characters.
	leastRun = 16
	// leastDense is the same for a dense run.
	leastDense = 20
	// sample is the part of a run that decides whether it is opened, in characters.
	sample = 256
)

var wordClass, denseClass = func() (w, d [256]bool) {
	for i := '!'; i <= '~'; i++ {
		d[i] = true
		w[i] = i >= '0' && i <= '9' || i|0x20 >= 'a' && i|0x20 <= 'z' || i == '+' || i == '/' || i == '-' || i == '_'
	}
	return w, d
}()

// caseOf is 1 for digits, and other even numbers for small letters, capitals and signs.
var caseOf = func() (t [256]uint8) {
	for i := range t {
		switch b := byte(i); {
		case digit(b):
			t[i] = 1
		case b >= 'a' && b <= 'z':
			t[i] = 2
		case b >= 'A' && b <= 'Z':
			t[i] = 4
		default:
			t[i] = 6
		}
	}
	return t
}()

// worth reports that a run may be an encoding: it has digits, and the class of its characters
// changes at least at every fifth. Names in programs do not.
func worth(w []byte) bool {
	w = w[:min(len(w), sample)]
	digits, changes, last := 0, 0, uint8(0)
	for _, b := range w {
		class := caseOf[b]
		if class != last {
			changes++
		}
		digits += int(class & 1)
		last = class
	}
	return digits > 0 && changes*5 >= len(w) || digits == len(w)
}

func digit(b byte) bool { return b >= '0' && b <= '9' }
