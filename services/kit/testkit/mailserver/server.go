// Package mailserver is a mail server on loopback for tests. It speaks SMTP (RFC 5321) with
// STARTTLS (RFC 3207) and AUTH (RFC 4954), keeps what it receives, and can misbehave.
package mailserver

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http/httptest"
	"sync"
	"testing"
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

// Start starts a server that ends with the test.
func Start(t testing.TB, c Config) *Server {
	t.Helper()
	web := httptest.NewTLSServer(nil) // only for its certificate, which is for 127.0.0.1
	defer web.Close()
	s := &Server{Config: c, tls: web.TLS.Clone(), roots: x509.NewCertPool()}
	s.tls.NextProtos = nil
	s.roots.AddCert(web.Certificate())
	var err error
	if s.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	t.Cleanup(func() { _ = s.listener.Close(); running.Wait() })
	running.Go(func() {
		for {
			conn, err := s.listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() { defer func() { _ = conn.Close() }(); s.serve(conn) })
		}
	})
	return s
}

// Address is the server's host and port.
func (s *Server) Address() string { return s.listener.Addr().String() }

// URL is the server as a destination.
func (s *Server) URL() string {
	if s.Mode == Implicit {
		return "smtps://" + s.Address()
	}
	return "smtp://" + s.Address()
}

// Roots are the authorities of its certificate.
func (s *Server) Roots() *x509.CertPool { return s.roots }

// Mails are those that it accepted.
func (s *Server) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Mail(nil), s.mails...)
}

// Logins are the tries to sign in.
func (s *Server) Logins() []Login {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Login(nil), s.logins...)
}

// Commands are the lines that it read as commands.
func (s *Server) Commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.commands...)
}

// Connections counts connections.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conns
}

func (s *Server) serve(conn net.Conn) {
	s.mu.Lock()
	s.conns++
	s.mu.Unlock()
	d := &dialogue{Server: s, conn: conn}
	if s.Mode == Implicit {
		d.secure()
	}
	d.in = bufio.NewReader(d.conn)
	d.run()
}
