package query

import "strings"

// Problem is one fault of a query.
type Problem struct {
	// Path is a JSON pointer relative to the parsed value, "" for the value itself.
	Path    string
	Message string
}

// Problems is everything found wrong, in document order.
type Problems []Problem

// Error joins the problems for a log.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = strings.TrimPrefix(problem.Path+": "+problem.Message, ": ")
	}
	return strings.Join(lines, "; ")
}
