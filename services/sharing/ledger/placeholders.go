package ledger

import (
	"strconv"
)

// placeholders returns "($1,$2,...)" with n parameters, numbered from after + 1.
func placeholders(after, n int) string {
	b := []byte("(")
	for i := 1; i <= n; i++ {
		b = append(b, '$')
		b = strconv.AppendInt(b, int64(after+i), 10)
		b = append(b, ',')
	}
	b[len(b)-1] = ')'
	return string(b)
}

// arguments returns texts as the arguments of a statement.
func arguments(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// batchSize keeps a statement below the number of parameters that the engines allow.
const batchSize = 500
