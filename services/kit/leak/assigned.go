package leak

import (
	"regexp"
	"strings"
)

// assignment matches a name, a sign and a value, as in settings files and JSON. told
// matches a sentence in which the value may follow the name directly.
var (
	assignment = regexp.MustCompile(`((?:[\pL]+[ \t]){0,2}[\pL\w.-]+)["'\x60]?[ \t]*(?:=>|:=|[:=])[ \t]*["'\x60]?([\w+/.~-]+)`)
	told       = regexp.MustCompile(`(?i)([\pL]+(?:[ _-][\pL]+){0,2}?)["'\x60]?[ \t]+(?:(?:is|are|was|ist|lautet|est|es|e|er|is de|→|->)[ \t:]+)?["'\x60(<]*([\w+/~-]{12,})`)
)

// minTold is the least length of a value that follows its name directly, in bytes.
const minTold = 16

// minAssigned is the least length of a value that counts, in bytes.
const minAssigned = 12

// assigned reports a value that could be a key after a name that asks for one.
func assigned(part string) bool {
	for _, m := range assignment.FindAllStringSubmatch(part, maxMatches) {
		if value := m[2]; len(value) >= minAssigned && suspect(value) && entropy(value) >= 3 && AsksForSecret(m[1]) {
			return true
		}
	}
	for _, m := range told.FindAllStringSubmatch(part, maxMatches) {
		value := m[2]
		if suspect(value) && entropy(value) >= 3 && scrambled(value) && !isUUID(value) && AsksForSecret(m[1]) && (len(value) >= minTold || strings.Contains(m[0], " is ")) {
			return true
		}
	}
	return false
}
