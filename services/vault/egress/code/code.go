// Package code finds the code of an error in the answer of a provider.
package code

import "regexp"

var forms = []*regexp.Regexp{
	regexp.MustCompile(`"code"\s*:\s*([0-9]{1,8})\s*[,}]`), // a number in JSON: Twilio
	regexp.MustCompile(`<Code>([A-Za-z]{1,64})</Code>`),    // a word in XML: S3
}

// Of returns the code in the body of an answer, "" if there is none. A code has only digits or only letters, so that it
// holds nothing of what a provider repeats of a request.
func Of(body []byte) string {
	for _, form := range forms {
		if found := form.FindSubmatch(body); found != nil {
			return string(found[1])
		}
	}
	return ""
}
