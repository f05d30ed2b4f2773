package errs

import (
	"strconv"
	"strings"
)

// Quoted lists texts in a message: in quotes, separated by commas.
func Quoted(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = strconv.Quote(s)
	}
	return strings.Join(out, ", ")
}
