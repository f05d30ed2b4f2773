package unpack

import "slices"

// Open decodes a run and passes content that may be text to emit. binary means that it is not
// text.
func Open(r Run, b *Budget, emit func(content []byte, binary bool)) {
	o := opener{budget: b, emit: emit, octets: b.Octets}
	if len(r.Text) < leastRun && r.Kind != Numbers {
		return
	}
	switch r.Kind {
	case Packed:
		o.content(r.Text, 0)
	case Numbers:
		o.content(slices.Clone(r.Text), 0)
		if text := octal(r.Text); text != nil {
			o.likely(text)
		}
		strided(r.All, o.likely)
	case Dense:
		o.dense(r.Text)
	default:
		o.word(r.Text)
	}
}
