package mailserver

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"sync"
)

// Mode is how a server uses TLS.
type Mode int

// The modes.
const (
	// Implicit TLS from the first byte, as on port 465.
	Implicit Mode = iota
	// StartTLS on request, as on port 587.
	StartTLS
	// Never offers TLS, like a server behind an attacker who strips it.
	Never
)

// Config configures a server. The zero value accepts everything over implicit TLS.
type Config struct {
	Mode Mode
	// Mechanisms are those of AUTH; empty means "PLAIN LOGIN".
	Mechanisms string
	// Password is the only one that is accepted; empty accepts all.
	Password string
	// Reply, if not nil, may answer a command instead of the server. The text ends in a line break. The command of the
	// greeting is "", and of the end of a message ".".
	Reply func(command string) (text string, ok bool)
}

// Mail is a mail that the server accepted.
type Mail struct {
	Sender    string
	Receivers []string
	// Text is the message, with the dots as the client meant them.
	Text string
}

// Login is one try to sign in.
type Login struct {
	User, Password string
	// Secure: it came over TLS.
	Secure bool
}

// Server is a running server.
type Server struct {
	Config

	listener net.Listener
	tls      *tls.Config
	roots    *x509.CertPool

	mu       sync.Mutex // guards the fields below; each connection has its own goroutine
	mails    []Mail
	logins   []Login
	commands []string
	conns    int
}
