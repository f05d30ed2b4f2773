package document

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// Fault is a reason why the bytes are not one unambiguous document.
type Fault struct {
	// Offset is the byte offset of the fault. Line and Column are its position; both count
	// from 1, and columns count characters.
	Offset, Line, Column int
	// Pointer is the JSON pointer of the enclosing value.
	Pointer string
	Message string
	// Limit is set if a limit was exceeded; otherwise the syntax is wrong.
	Limit bool
}

func (f Fault) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", f.Line, f.Column, f.Message)
}

func position(source []byte, offset int) (line, column int) {
	before := source[:offset]
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[start:]) + 1
}

func (p *parser) fail(format string, args ...any) bool {
	p.faults = append(p.faults, Fault{Offset: p.at, Pointer: p.pointer(), Message: fmt.Sprintf(format, args...)})
	return false
}

func (p *parser) exceed(format string, args ...any) bool {
	p.fail(format, args...)
	p.faults[len(p.faults)-1].Limit = true
	return false
}

func (p *parser) pointer() string {
	var out []byte
	for _, s := range p.path {
		if s.index >= 0 {
			out = strconv.AppendInt(append(out, '/'), int64(s.index), 10)
		} else {
			out = appendToken(out, s.key)
		}
	}
	return string(out)
}
