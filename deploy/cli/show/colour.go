package show

import "regexp"

// Select Graphic Rendition parameters of ECMA-48, 8.3.117.
const (
	reset  = "\x1b[0m"
	bold   = "\x1b[1m"
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
)

var states = regexp.MustCompile(`(  )(active|succeeded|ready|ok|paused|running|suspended|failed|revoked|expired|cancelled|refused|warning)(  |$)`)

var colours = map[string]string{
	"active": green, "succeeded": green, "ready": green, "ok": green,
	"paused": yellow, "running": yellow, "warning": yellow, "cancelled": yellow,
	"suspended": red, "failed": red, "revoked": red, "expired": red, "refused": red,
}

// paint makes a heading bold and colours the states in a row.
func paint(line string, heading bool) string {
	if heading {
		return bold + line + reset
	}
	return states.ReplaceAllStringFunc(line, func(s string) string {
		m := states.FindStringSubmatch(s)
		return m[1] + colours[m[2]] + m[2] + reset + m[3]
	})
}
