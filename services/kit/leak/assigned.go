package leak

import "regexp"

// assignment is a name, a sign and a value, as in files of settings and in JSON.
var assignment = regexp.MustCompile(`([\pL\w.-]+)["'\x60]?[ \t]*(?:=>|:=|[:=])[ \t]*["'\x60]?([\w+/.~-]+)`)

// minAssigned is the least length of a value that counts, in bytes.
const minAssigned = 12

// assigned reports a value that could be a key behind a name that asks for one, in a part
// of a text.
func assigned(part string) bool {
	for _, m := range assignment.FindAllStringSubmatch(part, maxMatches) {
		if value := m[2]; len(value) >= minAssigned && suspect(value) && entropy(value) >= 3 && AsksForSecret(m[1]) {
			return true
		}
	}
	return false
}
