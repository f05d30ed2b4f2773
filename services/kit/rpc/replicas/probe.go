package replicas

import (
	"context"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

// failures is how many probes in a row fail before a replica gets no calls. One alone may be
// a pause of either side.
const failures = 2

// probe asks one replica again and again whether it serves.
type probe struct {
	down atomic.Bool
	stop context.CancelFunc
	done chan struct{}
}

// startProbe asks over conn, which the probe closes, with a pause between two questions. It
// signals changed when the replica starts or ceases to serve.
func startProbe(ctx context.Context, conn *grpc.ClientConn, pause time.Duration, changed chan<- struct{}) *probe {
	ctx, stop := context.WithCancel(ctx)
	p := &probe{stop: stop, done: make(chan struct{})}
	go func() {
		defer close(p.done)
		defer func() { _ = conn.Close() }() // a probe has nothing to lose
		p.run(ctx, healthpb.NewHealthClient(conn), pause, changed)
	}()
	return p
}

func (p *probe) run(ctx context.Context, client healthpb.HealthClient, pause time.Duration, changed chan<- struct{}) {
	failed := 0
	for {
		if serves(ctx, client, pause) {
			failed = 0
		} else {
			failed++
		}
		if ctx.Err() != nil {
			return
		}
		if down := failed >= failures; p.down.Swap(down) != down {
			signal(changed)
		}
		if failed != 1 && !sleep(ctx, pause) { // the second question follows immediately
			return
		}
	}
}

// serves asks once. A program that stops says that it does not serve, and finishes its calls.
func serves(ctx context.Context, client healthpb.HealthClient, limit time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	reply, err := client.Check(ctx, &healthpb.HealthCheckRequest{})
	return err == nil && reply.GetStatus() == healthpb.HealthCheckResponse_SERVING
}

// end stops the probe and waits for it.
func (p *probe) end() {
	p.stop()
	<-p.done
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// signal wakes the receiver. One signal stands for several.
func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
