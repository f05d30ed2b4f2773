package workflow

import (
	"regexp"
	"strings"
)

// Selector is a reference inside a document: "$inputs.image", "$steps.crop.crops",
// "$steps.crop.*" or "$steps.crop".
type Selector struct {
	// Input is the name of a workflow input, or empty.
	Input string
	// Step is the name of a step, or empty.
	Step string
	// Output is the step's output, or "*" for all. It is empty if the selector names the
	// step itself (a flow-control target).
	Output string
}

// ParseSelector recognises a selector by its form. The field decides whether it is used as
// one.
func ParseSelector(s string) (Selector, bool) {
	if name, ok := strings.CutPrefix(s, "$inputs."); ok {
		return Selector{Input: name}, IsName(name)
	}
	rest, ok := strings.CutPrefix(s, "$steps.")
	if !ok {
		return Selector{}, false
	}
	step, output, qualified := strings.Cut(rest, ".")
	if !IsName(step) {
		return Selector{}, false
	}
	if qualified && !isOutputName(output) {
		return Selector{}, false
	}
	return Selector{Step: step, Output: output}, true
}

// IsInput reports whether the selector names a workflow input.
func (s Selector) IsInput() bool { return s.Input != "" }

// IsStepOutput reports whether the selector names data of a step.
func (s Selector) IsStepOutput() bool { return s.Step != "" && s.Output != "" }

// IsStep reports whether the selector names a step as a flow-control target.
func (s Selector) IsStep() bool { return s.Step != "" && s.Output == "" }

// String formats the selector as documents do.
func (s Selector) String() string {
	switch {
	case s.IsInput():
		return "$inputs." + s.Input
	case s.Output != "":
		return "$steps." + s.Step + "." + s.Output
	default:
		return "$steps." + s.Step
	}
}

// IsName reports whether a selector can name s: letters, digits, underscore and hyphen.
func IsName(s string) bool {
	for i := range len(s) {
		if !nameByte(s[i]) {
			return false
		}
	}
	return s != ""
}

func isOutputName(s string) bool {
	for i := range len(s) {
		if !nameByte(s[i]) && s[i] != '*' {
			return false
		}
	}
	return s != ""
}

func nameByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_' || b == '-'
}

// CredentialPrefix starts the reference to a credential; alone it is an unbound slot.
const CredentialPrefix = "$credentials"

// IsCredential reports whether a text has the form of a reference to a credential.
func IsCredential(text string) bool {
	return text == CredentialPrefix || strings.HasPrefix(text, CredentialPrefix+".")
}

var anyReference = regexp.MustCompile(`\$(?:inputs|steps)\.[A-Za-z0-9_]|\$credentials\b`)

// HoldsReference reports whether a selector or a reference to a credential stands anywhere in
// a text.
func HoldsReference(text string) bool { return anyReference.MatchString(text) }
