package rpc

import (
	"context"
	"errors"
	"net"
	"sync"

	"google.golang.org/grpc/test/bufconn"
)

// pipeBuffer is each direction's buffer. A writer that fills it waits, as with
// a socket.
const pipeBuffer = 256 << 10

// Pipe is a listener inside the process. Services in one program use pipes instead of
// ports. The code that creates a dialer sets its identity, which replaces a certificate.
type Pipe struct {
	conns  chan net.Conn // not buffered: a connection is dialled when it is accepted
	closed chan struct{}
	once   sync.Once // closes closed, because a server may close its listener twice
}

// NewPipe makes a pipe. Serve its Listener and give dialers from As to clients.
func NewPipe() *Pipe {
	return &Pipe{conns: make(chan net.Conn), closed: make(chan struct{})}
}

// Dialer opens a connection of a pipe.
type Dialer func(ctx context.Context) (net.Conn, error)

// As returns the dialer of one service. The server sees that service as the peer of its
// connections. As("") is for a client that is not a service.
func (p *Pipe) As(peer string) Dialer {
	return func(ctx context.Context) (net.Conn, error) { return p.dial(ctx, peer) }
}

// Listener is the server's end.
func (p *Pipe) Listener() net.Listener { return pipeListener{p} }

var errPipeClosed = errors.New("the pipe is closed")

func (p *Pipe) dial(ctx context.Context, peer string) (net.Conn, error) {
	client, server, err := pair()
	if err != nil {
		return nil, err
	}
	select {
	case p.conns <- &pipeConn{Conn: server, peer: peer}:
		return client, nil
	case <-p.closed:
		err = errPipeClosed
	case <-ctx.Done():
		err = ctx.Err()
	}
	return nil, errors.Join(err, client.Close(), server.Close())
}

// pair returns the two ends of a buffered connection.
func pair() (client, server net.Conn, err error) {
	l := bufconn.Listen(pipeBuffer)
	accepted := make(chan net.Conn, 1) // buffered: the goroutine ends even if the dial fails
	go func() {
		defer close(accepted)
		if c, err := l.Accept(); err == nil {
			accepted <- c
		}
	}()
	client, err = l.Dial()
	if err != nil {
		return nil, nil, errors.Join(err, l.Close())
	}
	server, ok := <-accepted
	if !ok {
		return nil, nil, errPipeClosed
	}
	return client, server, nil
}

// pipeConn is the server's end of a connection, with the identity of the dialer.
type pipeConn struct {
	net.Conn
	peer string
}

type pipeListener struct{ p *Pipe }

// Accept implements net.Listener.
func (l pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.p.conns:
		return c, nil
	case <-l.p.closed:
		return nil, errPipeClosed
	}
}

// Close implements net.Listener.
func (l pipeListener) Close() error {
	l.p.once.Do(func() { close(l.p.closed) })
	return nil
}

// Addr implements net.Listener.
func (l pipeListener) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

// Network implements net.Addr.
func (pipeAddr) Network() string { return "pipe" }

// String implements net.Addr.
func (pipeAddr) String() string { return "pipe" }
