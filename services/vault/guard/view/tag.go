package view

import "bytes"

var (
	comment = []byte("<!--")
	cdata   = []byte("<![CDATA[") // what follows is text
)

// tagAt is the start of the tag or comment that ends with the ">" at the end of the text, or -1. A
// ">" in a quoted value or in a comment does not end it.
func tagAt(t []byte) int {
	from := lastIndex(t, '<', longTagBack)
	if from < 0 {
		return -1
	}
	if inside := t[from : len(t)-1]; bytes.HasPrefix(inside, comment) {
		if !bytes.HasSuffix(inside, []byte("--")) && !bytes.HasSuffix(inside, []byte("--!")) {
			return -1
		}
	} else if quoted(inside) {
		return -1
	}
	return from
}

// quoted reports a tag that ends inside a quoted value. A quote opens a value only after "=".
func quoted(tag []byte) bool {
	var quote, last byte
	for _, b := range tag {
		switch {
		case quote != 0:
			if b == quote {
				quote = 0
			}
		case last == '=' && (b == '"' || b == '\''):
			quote = b
		}
		if b > ' ' {
			last = b
		}
	}
	return quote != 0
}

// opensLongTag reports a comment, or a tag with a value. Little is held after any other "<".
func opensLongTag(t []byte) bool {
	if t[0] != '<' || len(t) < tagBack {
		return false
	}
	return bytes.HasPrefix(t, comment) || (t[1]|0x20 >= 'a' && t[1]|0x20 <= 'z' || t[1] == '/') && bytes.IndexByte(t[:tagBack], '=') > 0
}
