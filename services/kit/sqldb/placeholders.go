package sqldb

import (
	"strconv"
)

// Placeholders returns "($1,$2,...)" with n parameters, numbered from after + 1.
func Placeholders(after, n int) string {
	b := []byte("(")
	for i := 1; i <= n; i++ {
		b = append(b, '$')
		b = strconv.AppendInt(b, int64(after+i), 10)
		b = append(b, ',')
	}
	b[len(b)-1] = ')'
	return string(b)
}

// Arguments returns texts as the arguments of a statement.
func Arguments(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}
