package guard

import (
	"fmt"
	"strings"
	"testing"
)

// counted writes the codes of characters with other numbers between them.
func counted(format string, step int) func(string) string {
	return func(s string) string {
		var b strings.Builder
		for i := range len(s) {
			fmt.Fprintf(&b, format, i*step, s[i])
		}
		return b.String()
	}
}

func signedBytes(s string) string {
	var out []string
	for i := range len(s) {
		out = append(out, fmt.Sprint(int8(s[i])))
	}
	return "[" + strings.Join(out, ", ") + "]"
}

func TestAttackGuardLists(t *testing.T) {
	t.Parallel()
	gz := packers()["gzip"]
	list := []disguise{{"signed bytes of gzip", func(s string) string { return signedBytes(gz(s)) }}}
	for name, format := range map[string]string{"lines": "%d: %d\n", "pairs": "[%d, %d], ", "arrows": "[%d] => %d\n", "form": "%d=%d&", "tabs": "%d\t%d\n"} {
		for _, step := range []int{1, 7, 1000} {
			as := counted(format, step)
			list = append(list, disguise{fmt.Sprintf("%s by %d", name, step), as}, disguise{fmt.Sprintf("%s by %d of base64", name, step), func(s string) string { return as(b64(s)) }})
		}
	}
	list = append(list,
		disguise{"two numbers between", counted("%d 1 %d\n", 1)},
		disguise{"gzip in lines", func(s string) string { return counted("%d: %d\n", 1)(gz(s)) }},
		disguise{"times between", counted("17000%05d %d\n", 1)},
		disguise{"gzip in bytes of hex lines", func(s string) string { return wrapped(32, "\n")(numbers("%02x", "")(gz(s))) }},
	)
	tryAll(t, "lists of character codes, with signs and other numbers between", list, nil)
}
