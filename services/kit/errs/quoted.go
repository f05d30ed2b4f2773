package errs

import (
	"strconv"
	"strings"
)

// Quoted joins texts in quotes, separated by commas.
func Quoted(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = strconv.Quote(s)
	}
	return strings.Join(out, ", ")
}
