package config

import (
	"strings"
	"testing"
)

func TestReferenceTable(t *testing.T) {
	t.Parallel()
	k, err := model("test", &struct {
		EgressAllow []string `help:"Networks that may be reached."`
		Timeout     string   `help:"Longest run." default:"1m"`
		LogFormat   string   `help:"Form of the log." enum:"json,text" default:"json"`
		Key         string   `help:"Key, | by path."`
	}{})
	if err != nil {
		t.Fatal(err)
	}
	got := table(sortedFlags(k.Model.Flags))
	for _, row := range []string{
		"| `--egress-allow` | `KEYHOLE_EGRESS_ALLOW` |  | Networks that may be reached. |",
		"| `--timeout` | `KEYHOLE_TIMEOUT` | `1m` | Longest run. |",
		"One of: json, text.", "Key, \\| by path.",
	} {
		if !strings.Contains(got, row) {
			t.Errorf("%q is not in\n%s", row, got)
		}
	}
}
