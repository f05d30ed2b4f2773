package mailserver

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"strings"
)

// dialogue is one connection. Like a lenient server it takes a bare LF for the end of a line, so that a client which
// lets one through is noticed.
type dialogue struct {
	*Server
	conn     net.Conn
	in       *bufio.Reader
	isSecure bool
	mail     Mail
}

func (d *dialogue) secure() {
	d.conn, d.isSecure = tls.Server(d.conn, d.tls), true
	d.in = bufio.NewReader(d.conn)
}

func (d *dialogue) run() {
	d.say("", "220 mail.example.com ESMTP\r\n")
	for {
		line, err := d.line()
		if err != nil {
			return
		}
		d.mu.Lock()
		d.commands = append(d.commands, line)
		d.mu.Unlock()
		verb, rest, _ := strings.Cut(line, " ")
		switch strings.ToUpper(verb) {
		case "EHLO":
			d.say(line, d.extensions())
		case "STARTTLS":
			d.say(line, "220 go ahead\r\n")
			d.secure()
		case "AUTH":
			d.auth(line, rest)
		case "MAIL", "RCPT":
			d.envelope(line, strings.ToUpper(verb))
		case "DATA":
			if !d.data(line) {
				return
			}
		case "QUIT":
			d.say(line, "221 bye\r\n")
			return
		default:
			d.say(line, "250 ok\r\n")
		}
	}
}

func (d *dialogue) line() (string, error) {
	line, err := d.in.ReadString('\n')
	return strings.TrimRight(line, "\r\n"), err
}

// say answers a command, or lets the test answer it. It reports whether the answer accepts the command.
func (d *dialogue) say(command, text string) bool {
	if d.Reply != nil {
		if own, ok := d.Reply(command); ok {
			text = own
		}
	}
	_, err := io.WriteString(d.conn, text)
	return err == nil && (text == "" || text[0] < '4')
}

func (d *dialogue) extensions() string {
	names := []string{"mail.example.com", "8BITMIME"}
	if d.Mode == StartTLS && !d.isSecure {
		names = append(names, "STARTTLS")
	}
	mechanisms := d.Mechanisms
	if mechanisms == "" {
		mechanisms = "PLAIN LOGIN"
	}
	names = append(names, "AUTH "+mechanisms)
	var b strings.Builder
	for i, name := range names {
		separator := "-"
		if i == len(names)-1 {
			separator = " "
		}
		fmt.Fprintf(&b, "250%s%s\r\n", separator, name)
	}
	return b.String()
}

func (d *dialogue) auth(line, rest string) {
	mechanism, first, _ := strings.Cut(rest, " ")
	login := Login{Secure: d.isSecure}
	switch mechanism {
	case "PLAIN":
		raw, _ := base64.StdEncoding.DecodeString(first)
		if parts := strings.Split(string(raw), "\x00"); len(parts) == 3 {
			login.User, login.Password = parts[1], parts[2]
		}
	case "LOGIN":
		login.User, login.Password = d.ask("Username:"), d.ask("Password:")
	}
	d.mu.Lock()
	d.logins = append(d.logins, login)
	d.mu.Unlock()
	if d.Password != "" && login.Password != d.Password {
		d.say(line, "535 5.7.8 wrong user or password\r\n")
		return
	}
	d.say(line, "235 2.7.0 welcome\r\n")
}

func (d *dialogue) ask(what string) string {
	_, _ = io.WriteString(d.conn, "334 "+base64.StdEncoding.EncodeToString([]byte(what))+"\r\n")
	line, _ := d.line()
	raw, _ := base64.StdEncoding.DecodeString(line)
	return string(raw)
}

func (d *dialogue) envelope(line, verb string) {
	accepted := d.say(line, "250 ok\r\n")
	_, address, _ := strings.Cut(line, "<")
	address, _, _ = strings.Cut(address, ">")
	switch {
	case !accepted:
	case verb == "MAIL":
		d.mail = Mail{Sender: address}
	default:
		d.mail.Receivers = append(d.mail.Receivers, address)
	}
}

func (d *dialogue) data(line string) bool {
	if !d.say(line, "354 go ahead\r\n") {
		return true
	}
	var text strings.Builder
	for {
		line, err := d.in.ReadString('\n')
		if err != nil {
			return false
		}
		if strings.TrimRight(line, "\r\n") == "." {
			break
		}
		text.WriteString(strings.TrimPrefix(line, "."))
	}
	if d.say(".", "250 2.0.0 queued\r\n") {
		d.mail.Text = text.String()
		d.mu.Lock()
		d.mails = append(d.mails, d.mail)
		d.mu.Unlock()
	}
	return true
}
