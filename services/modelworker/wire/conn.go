package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// Conn is the worker's end of the socket. Its blocking calls on one descriptor need only
// recvmsg and sendmsg in the sandbox.
type Conn struct {
	fd  int
	buf []byte // used by the one goroutine that receives
}

// NewConn takes ownership of a SOCK_SEQPACKET descriptor.
func NewConn(fd int) *Conn { return &Conn{fd: fd, buf: make([]byte, MaxMessage)} }

// Receive waits for a request. Only one goroutine may call it. The file is nil if the
// request has none. The error io.EOF means that the parent is gone.
func (c *Conn) Receive() (Request, *os.File, error) {
	buf := c.buf
	control := make([]byte, unix.CmsgSpace(4))
	n, nc, flags, _, err := uninterrupted(func() (int, int, int, unix.Sockaddr, error) {
		return unix.Recvmsg(c.fd, buf, control, unix.MSG_CMSG_CLOEXEC)
	})
	if err != nil {
		return Request{}, nil, fmt.Errorf("receive a request: %w", err)
	}
	if n == 0 {
		return Request{}, nil, io.EOF
	}
	if flags&(unix.MSG_TRUNC|unix.MSG_CTRUNC) != 0 {
		return Request{}, nil, errors.New("a request is too long")
	}
	file, err := received(control[:nc])
	if err != nil {
		return Request{}, nil, err
	}
	var req Request
	if err := json.Unmarshal(buf[:n], &req); err != nil {
		return Request{}, nil, fmt.Errorf("read a request: %w", err)
	}
	return req, file, nil
}

// Send sends a reply.
func (c *Conn) Send(reply Reply) error {
	data, err := json.Marshal(reply)
	if err != nil {
		return fmt.Errorf("write a reply: %w", err)
	}
	if len(data) > MaxMessage {
		return errors.New("a reply is too long")
	}
	for {
		err = unix.Sendmsg(c.fd, data, nil, nil, unix.MSG_NOSIGNAL)
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

func uninterrupted(call func() (int, int, int, unix.Sockaddr, error)) (int, int, int, unix.Sockaddr, error) {
	for {
		a, b, c, d, err := call()
		if !errors.Is(err, unix.EINTR) {
			return a, b, c, d, err
		}
	}
}

func received(control []byte) (*os.File, error) {
	if len(control) == 0 {
		return nil, nil
	}
	messages, err := unix.ParseSocketControlMessage(control)
	if err != nil || len(messages) != 1 {
		return nil, errors.New("a request came with a malformed descriptor")
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		return nil, errors.New("a request came with a malformed descriptor")
	}
	return os.NewFile(uintptr(fds[0]), "attached"), nil
}
