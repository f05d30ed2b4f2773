// Package mailserver is a mail server on loopback for tests. It speaks SMTP (RFC 5321) with
// STARTTLS (RFC 3207) and AUTH (RFC 4954), keeps what it receives, and can misbehave.
package mailserver

import (
	"bufio"
	"crypto/x509"
	"net"
	"net/http/httptest"
	"sync"
	"testing"
)

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
