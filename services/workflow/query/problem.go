package query

import "strings"

// Problem is one thing that is wrong with a part of a definition.
type Problem struct {
	// Path is a JSON pointer from the value that was parsed, "" for itself.
	Path    string
	Message string
}

// Problems is everything found wrong, in document order.
type Problems []Problem

// Error joins them for a log.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = strings.TrimPrefix(problem.Path+": "+problem.Message, ": ")
	}
	return strings.Join(lines, "; ")
}
