package sqldb

import "testing"

func TestPositional(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":         "",
		"SELECT 1": "SELECT 1",
		"INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4) ON CONFLICT DO NOTHING": "INSERT INTO t (a, b) VALUES (?, ?), (?, ?) ON CONFLICT DO NOTHING",
		"a = $1 AND b = $2$3": "a = ? AND b = ??",
		// Arguments reach the statement unchanged: in another order, more than once, and of
		// types that are not parameters.
		"a = $2 AND b = $1":  "a = $2 AND b = $1",
		"a = $1 OR b = $1":   "a = $1 OR b = $1",
		"a = $1 AND b = '$'": "a = $1 AND b = '$'",
		`"$1" = $1`:          `"$1" = $1`,
		"a = $01":            "a = $01",
		"a = $":              "a = $",
		"a = $x":             "a = $x",
		"a = $1 AND b = ?":   "a = ? AND b = ?",
	} {
		if got := positional(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}
