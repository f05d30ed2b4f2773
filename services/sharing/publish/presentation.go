package publish

import (
	"fmt"
	"strings"
	"unicode"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
)

// Visitors type keys into the page of a link, so its owner must not be able to speak for the
// page. Names of fields must not ask for a secret, because only credential inputs are guarded.
// Short texts stand next to the page's own words, so they have no signs that look like the
// page's. No text has characters that hide or reorder others.

// Presentation refuses texts of a link that hold a secret, ask for one in the wrong place, or
// could pass for words of the page. asks reports that visitors bring a credential: then
// longer texts may speak of keys.
func Presentation(p *sharingv1.Presentation, asks bool) error {
	gate, words := leak.NewGate(), &words{asks: asks}
	check := func(rule func(field, text string), field, text string) {
		gate.Text(field, text)
		rule(field, text)
	}
	check(words.name, "share.presentation.title", p.GetTitle())
	check(words.prose, "share.presentation.welcome", p.GetWelcome())
	check(words.prose, "share.presentation.guide", p.GetGuide())
	for i, in := range p.GetInputs() {
		field := fmt.Sprintf("share.presentation.inputs[%d]", i)
		check(words.name, field+".label", in.GetLabel())
		check(words.name, field+".description", in.GetDescription())
	}
	for i, out := range p.GetOutputs() {
		check(words.name, fmt.Sprintf("share.presentation.outputs[%d].label", i), out.GetLabel())
	}
	if err := gate.Err(); err != nil {
		return err
	}
	return words.err
}

// SampleTitle refuses a title of a sample for the same reasons.
func SampleTitle(field, title string) error {
	w := &words{}
	w.name(field, title)
	return w.err
}

// words keeps the first fault that was found.
type words struct {
	asks bool
	err  error
}

// name checks a short text of one line.
func (w *words) name(field, text string) {
	w.plain(field, text, "")
	switch {
	case strings.ContainsFunc(text, isSign):
		w.refuse(field, "must be letters, digits and punctuation: visitors could mistake other symbols for a part of the page")
	case leak.AsksForSecret(text):
		w.refuse(field, "asks for a secret, but this is not a credential input; bind the step's credential field to an input instead")
	}
}

// prose checks a text of several lines.
func (w *words) prose(field, text string) {
	w.plain(field, text, "\n\t")
	if w.asks {
		return
	}
	for line := range strings.Lines(text) {
		if leak.AsksForSecret(line) {
			w.refuse(field, "asks for a secret, but visitors of this link do not bring one")
		}
	}
}

// plain refuses characters that nobody sees: controls, and formats that reorder text.
func (w *words) plain(field, text, allowed string) {
	if strings.ContainsFunc(text, func(r rune) bool { return isInvisible(r) && !strings.ContainsRune(allowed, r) }) {
		w.refuse(field, "has control characters, or invisible ones that reorder text")
	}
}

func (w *words) refuse(field, why string) {
	if w.err == nil {
		w.err = resource.Invalid(field, "%s", why)
	}
}

func isInvisible(r rune) bool {
	const joiner = '\u200d' // in emoji, and in scripts that need it
	return r != joiner && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r) ||
		unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) || r == unicode.ReplacementChar)
}

// isSign reports arrows, check marks, shields, locks and other pictures.
func isSign(r rune) bool { return r >= 0x2190 && r <= 0x2bff || r >= 0x1f000 && r <= 0x1faff }
