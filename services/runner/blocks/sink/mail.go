package sink

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/textproto"
	"path"
	"strings"
	"time"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// maxSubject bounds a subject, in bytes.
const maxSubject = 500

// mail is one e-mail: a text and attachments.
type mail struct {
	envelope

	subject, text string
	files         []attachment
}

// encode writes the message (RFC 5322 and MIME), whose lines end in CRLF and have only ASCII. Receivers in bcc are not
// in it.
func (m mail) encode(now time.Time) ([]byte, error) {
	if len(m.subject) > maxSubject || strings.ContainsFunc(m.subject, isControl) {
		return nil, engine.Failf(engine.ClientCaused, "subject must have at most %d bytes, and no line break", maxSubject)
	}
	var b bytes.Buffer
	_, domain, _ := strings.Cut(m.sender, "@")
	for _, h := range [][2]string{
		{"From", "<" + m.sender + ">"},
		{"To", addressList(m.to)},
		{"Cc", addressList(m.cc)},
		{"Subject", strings.ReplaceAll(mime.QEncoding.Encode("utf-8", m.subject), "?= =?", "?=\r\n =?")},
		{"Date", now.UTC().Format(time.RFC1123Z)},
		{"Message-ID", "<" + rand.Text() + "@" + domain + ">"},
		{"MIME-Version", "1.0"},
	} {
		if h[1] != "" {
			fmt.Fprintf(&b, "%s: %s\r\n", h[0], h[1])
		}
	}
	if len(m.files) == 0 {
		writeHeader(&b, textHeader())
		err := writeText(&b, m.text)
		return b.Bytes(), err
	}
	return m.encodeParts(&b)
}

func (m mail) encodeParts(b *bytes.Buffer) ([]byte, error) {
	w := multipart.NewWriter(b)
	writeHeader(b, textproto.MIMEHeader{"Content-Type": {"multipart/mixed; boundary=" + w.Boundary()}})
	part, err := w.CreatePart(textHeader())
	if err != nil {
		return nil, err
	}
	if err := writeText(part, m.text); err != nil {
		return nil, err
	}
	for _, file := range m.files {
		part, err := w.CreatePart(file.header())
		if err != nil {
			return nil, err
		}
		if err := writeBase64(part, file.content); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// addressList puts each address on its own line, because lines are bounded.
func addressList(addresses []string) string {
	if len(addresses) == 0 {
		return ""
	}
	return "<" + strings.Join(addresses, ">,\r\n <") + ">"
}

func textHeader() textproto.MIMEHeader {
	return textproto.MIMEHeader{"Content-Type": {"text/plain; charset=utf-8"}, "Content-Transfer-Encoding": {"quoted-printable"}}
}

func (a attachment) header() textproto.MIMEHeader {
	kind := mime.TypeByExtension(path.Ext(a.name))
	if kind == "" {
		kind = "application/octet-stream"
	}
	return textproto.MIMEHeader{
		"Content-Type": {kind}, "Content-Transfer-Encoding": {"base64"},
		"Content-Disposition": {mime.FormatMediaType("attachment", map[string]string{"filename": a.name})},
	}
}

// writeHeader ends the head of a message.
func writeHeader(w io.Writer, header textproto.MIMEHeader) {
	for _, name := range []string{"Content-Type", "Content-Transfer-Encoding"} {
		if v := header.Get(name); v != "" {
			fmt.Fprintf(w, "%s: %s\r\n", name, v)
		}
	}
	fmt.Fprint(w, "\r\n")
}

// newlines are the ways in which a text breaks lines. A bare CR is one of them, because the egress refuses it in a
// message.
var newlines = strings.NewReplacer("\r\n", "\r\n", "\r", "\r\n", "\n", "\r\n", "\x00", "")

// writeText writes a text that ends with a line.
func writeText(w io.Writer, text string) error {
	q := quotedprintable.NewWriter(w)
	if _, err := io.WriteString(q, strings.TrimSuffix(newlines.Replace(text), "\r\n")+"\r\n"); err != nil {
		return err
	}
	return q.Close()
}

// lineBytes is how many bytes of a file go into one line: 57 bytes make 76 characters.
const lineBytes = 57

func writeBase64(w io.Writer, content []byte) error {
	for len(content) > 0 {
		n := min(lineBytes, len(content))
		if _, err := io.WriteString(w, base64.StdEncoding.EncodeToString(content[:n])+"\r\n"); err != nil {
			return err
		}
		content = content[n:]
	}
	return nil
}

// attachment is one file of a notification.
type attachment struct {
	name    string
	content []byte
}

func isControl(r rune) bool {
	return r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == '\u2028' || r == '\u2029'
}
