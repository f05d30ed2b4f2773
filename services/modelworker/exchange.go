package modelworker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/keyhole-dev/keyhole/services/modelworker/wire"
)

// exchange sends one request and waits for its reply. When ctx ends, it asks the worker to
// stop, and kills it if no reply arrives within stopAfter.
func (p *process) exchange(ctx context.Context, req wire.Request, file *os.File) (wire.Reply, error) {
	p.nextID++
	req.ID, req.Attached = p.nextID, file != nil
	if err := p.conn.SetDeadline(time.Time{}); err != nil {
		return wire.Reply{}, p.died(err)
	}
	if err := p.send(req, file); err != nil { // it died earlier, not because of this request
		return wire.Reply{}, &retryable{p.died(err)}
	}
	cancelled := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(cancelled)
		_ = p.conn.SetDeadline(time.Now().Add(stopAfter))
		_ = p.send(wire.Request{Op: wire.Cancel, ID: req.ID}, nil)
	})
	reply, err := p.receive(req.ID)
	if !stop() {
		<-cancelled // otherwise the callback could set the deadline of the next exchange
	}
	if err != nil && ctx.Err() != nil {
		p.obituary()
		return wire.Reply{}, ctx.Err()
	}
	if err != nil {
		return wire.Reply{}, p.died(err)
	}
	return reply, nil
}

func (p *process) send(req wire.Request, file *os.File) error {
	data, err := json.Marshal(req)
	if err != nil {
		return fmt.Errorf("write a request: %w", err)
	}
	if len(data) > wire.MaxMessage {
		return errors.New("the request is too long")
	}
	var rights []byte
	if file != nil {
		rights = unix.UnixRights(int(file.Fd()))
	}
	_, _, err = p.conn.WriteMsgUnix(data, rights, nil)
	return err
}

// receive accepts no descriptors. It passes no buffer for control messages, so the kernel
// closes descriptors that a worker sends.
func (p *process) receive(id uint64) (wire.Reply, error) {
	n, err := p.conn.Read(p.buf)
	if err != nil {
		return wire.Reply{}, err
	}
	var reply wire.Reply
	if err := json.Unmarshal(p.buf[:n], &reply); err != nil {
		return wire.Reply{}, fmt.Errorf("malformed answer of the model worker: %w", err)
	}
	if reply.ID != id {
		return wire.Reply{}, errors.New("the worker answered another request")
	}
	return reply, nil
}

func (p *process) died(err error) error {
	return failure(Crashed, "%w (worker %s)", err, p.obituary())
}
