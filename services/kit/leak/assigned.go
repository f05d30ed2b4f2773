package leak

import (
	"regexp"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/leak/gitleaks"
)

// assignment matches a name, a sign and a value, as in settings files and JSON. told
// matches a sentence in which the value may follow the name directly.
var (
	assignment = regexp.MustCompile(`((?:[\pL]+[ \t]){0,2}[\pL\w.-]+)["'\x60]?[ \t]*(?:=>|:=|[:=])[ \t]*["'\x60]?([\w+/.~-]+)`)
	told       = regexp.MustCompile(`(?i)([\pL]+(?:[ _-][\pL]+){0,2}?)["'\x60]?[ \t]+(?:(?:is|are|was|ist|lautet|est|es|e|er|is de|→|->)[ \t:]+)?["'\x60(<]*([\w+/~-]{12,})`)
)

// maxMatches bounds how many matches in one part of a text are examined.
const maxMatches = 100

// minTold is the least length of a value that follows its name directly, in bytes.
const minTold = 16

// minAssigned is the least length of a value that counts, in bytes.
const minAssigned = 12

// assigned reports a value that could be a key after a name that asks for one.
func assigned(part string) bool {
	for _, m := range assignment.FindAllStringSubmatch(part, maxMatches) {
		if value := m[2]; len(value) >= minAssigned && suspect(value) && gitleaks.Entropy(value) >= 3 && AsksForSecret(m[1]) {
			return true
		}
	}
	for _, m := range told.FindAllStringSubmatch(part, maxMatches) {
		value := m[2]
		if suspect(value) && gitleaks.Entropy(value) >= 3 && scrambled(value) && !isUUID(value) && AsksForSecret(m[1]) && (len(value) >= minTold || strings.Contains(m[0], " is ")) {
			return true
		}
	}
	return false
}

// opaque are keys without a form of their own: 32 hexadecimal digits or more, UUIDs, 32 letters
// and digits. Ids have the same form, so that the word before one decides.
const opaque = `([0-9A-Fa-f]{32,128}|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|[A-Za-z0-9]{32,64})(?:[^\w-]|$)`

// named is an opaque key behind a word for a key or for the header that takes one. provided is
// one behind the name of a provider whose keys are opaque.
var (
	named = regexp.MustCompile(`(?i)(?:api[-_ ]?key|(?:access|auth|private|api|secret)[-_ ]?(?:key|token)|subscription[-_ ]?key|client[-_ ]?secret|authorization|bearer|secret|token)` +
		link + `(?:(?:bearer|token|key|apikey)\s+)?` + opaque)
	provided = regexp.MustCompile(`(?i)\b(?:mistral|together|azure|openai|deepseek|eleven[ -]?labs|deepgram|assemblyai|cohere|runpod|novita|fal|stability|ai21|luma|clarifai|vapi|bing|pinecone|datadog|new ?relic|rapidapi|scraperapi|serpapi|algolia|twilio)` +
		`(?:[ ._-]{1,2}(?:ai|openai|api|key|token|secret)){0,3}` + link + opaque)
)

// link stands between a name and a value: "is", ":", "=", quotes.
const link = `["'\x60]?\s*(?:is|=>|:=|[:=-])?\s*["'\x60(<]{0,2}`

// inContext reports an opaque key in a part of a text.
func inContext(part string) bool {
	for _, form := range []*regexp.Regexp{named, provided} {
		for _, m := range form.FindAllStringSubmatch(part, maxMatches) {
			if value := m[1]; gitleaks.Entropy(value) >= 3 && suspect(value) {
				return true
			}
		}
	}
	return false
}
