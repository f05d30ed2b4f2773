package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"time"

	"github.com/keyhole-dev/keyhole/services/vault/egress"
)

const (
	// idleTimeout bounds the wait for each answer of a server. Some scan a message before they accept it.
	idleTimeout = time.Minute
	// totalTimeout bounds a whole call.
	totalTimeout = 5 * time.Minute
	// maxAnswers bounds all bytes that a server sends in one call, with its certificates.
	maxAnswers = 256 << 10
)

// Client sends mail. It is safe for concurrent use and keeps no connection.
type Client struct {
	rules  *egress.Rules
	dialer *egress.Dialer
	roots  *x509.CertPool
}

// New makes a client with the rules, the resolver and the authorities of egress. Config.Rules is required.
func New(c egress.Config) *Client {
	return &Client{rules: c.Rules, dialer: egress.NewDialer(c), roots: c.RootCAs}
}

// Do makes one call. Every error is an *egress.Error. The answer has no body: its status is the last code of the
// server, and its headers say where the server refused and how many receivers.
func (c *Client) Do(ctx context.Context, req egress.Request) (*egress.Response, error) {
	o, err := c.admit(req)
	if err != nil {
		return nil, unsent(ctx, err)
	}
	ctx, cancel := context.WithTimeout(ctx, totalTimeout)
	defer cancel()
	raw, err := c.dialer.Dial(ctx, "tcp", o.to.Address())
	if err != nil {
		return nil, unsent(ctx, err)
	}
	defer func() { _ = raw.Close() }() // the server has answered or is not waited for
	defer context.AfterFunc(ctx, func() { _ = raw.Close() })()
	s := &session{order: o, plaintext: c.mayBePlain(o.to, raw), tls: &tls.Config{ServerName: o.to.Host, RootCAs: c.roots, MinVersion: tls.VersionTLS12}}
	a, err := s.run(ctx, &patient{Conn: raw, left: maxAnswers}, req)
	if err != nil {
		return nil, explain(ctx, err)
	}
	return a.response(), nil
}

// mayBePlain reports whether a password may be sent without TLS: only inside this machine, to a server that the operator
// lists.
func (c *Client) mayBePlain(to egress.Destination, conn net.Conn) bool {
	remote, ok := conn.RemoteAddr().(*net.TCPAddr)
	return ok && remote.IP.IsLoopback() && c.rules.Lists(to)
}

// unsent is the error of a call that sent nothing.
func unsent(ctx context.Context, err error) error {
	e := *egress.Explain(ctx, err)
	e.Unsent = true
	return &e
}

// patient is a connection that waits for each read and write, and that reads a bounded number of bytes.
type patient struct {
	net.Conn
	left int
}

// Read implements io.Reader.
func (p *patient) Read(b []byte) (int, error) {
	if p.left <= 0 {
		return 0, io.ErrUnexpectedEOF
	}
	if err := p.SetReadDeadline(time.Now().Add(idleTimeout)); err != nil {
		return 0, err
	}
	n, err := p.Conn.Read(b[:min(len(b), p.left)])
	p.left -= n
	return n, err
}

// Write implements io.Writer.
func (p *patient) Write(b []byte) (int, error) {
	if err := p.SetWriteDeadline(time.Now().Add(idleTimeout)); err != nil {
		return 0, err
	}
	return p.Conn.Write(b)
}
