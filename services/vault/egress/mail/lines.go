package mail

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/keyhole-dev/keyhole/services/vault/egress"
)

const (
	// maxLine bounds a line of a message without its end, in bytes (RFC 5322, 2.1.1).
	maxLine = 998
	// maxMessage bounds a message, in bytes. Most servers take no more.
	maxMessage = 25 << 20
)

// copyLines copies a message whose lines end in CRLF. It refuses every other line break: a server that takes a bare LF
// or CR for one would find a command in the message (SMTP smuggling). The writer doubles dots at the start of a line.
func copyLines(w io.Writer, message io.Reader) error {
	if message == nil {
		message = bytes.NewReader(nil)
	}
	r := bufio.NewReaderSize(io.LimitReader(message, maxMessage+1), maxLine+2)
	for size := 0; ; {
		line, err := r.ReadSlice('\n')
		size += len(line)
		switch {
		case size > maxMessage:
			return egress.Refuse(egress.TooLarge, "the mail is larger than %d MiB", maxMessage>>20)
		case errors.Is(err, io.EOF) && len(line) == 0:
			return nil
		case err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull):
			return egress.Refuse(egress.RefusedRequest, "the mail could not be read to its end")
		case !isLine(line):
			return egress.Refuse(egress.RefusedRequest, "the mail has a line that does not end in CRLF, is longer than %d bytes or has a control character", maxLine)
		}
		if _, err := w.Write(line); err != nil {
			return err
		}
	}
}

// isLine reports whether a line has one line break, at its end, and no NUL.
func isLine(line []byte) bool {
	text, ok := bytes.CutSuffix(line, []byte("\r\n"))
	return ok && len(text) <= maxLine && !bytes.ContainsAny(text, "\r\n\x00")
}
