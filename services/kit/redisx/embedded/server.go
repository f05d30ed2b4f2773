package embedded

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// sweepEvery is the delay with which a key of the embedded server may expire while there are few keys. A sweep visits
// all keys under the server's lock. A slow sweep is followed by a longer pause, up to sweepAtLeast, so that sweeps
// never take more than a fiftieth of the time.
const (
	sweepEvery   = 100 * time.Millisecond
	sweepAtLeast = 5 * time.Second
	sweepPart    = 50
)

// embeddedServer is a Redis server in this process, reached without a port. Its keys expire
// only when it is advanced; one goroutine advances it.
type embeddedServer struct {
	server *miniredis.Miniredis
	quit   chan struct{}  // closed to end the goroutine
	ended  sync.WaitGroup // of the goroutine: the server must not close under it
}

func start() (*embeddedServer, error) {
	e := &embeddedServer{server: miniredis.NewMiniRedis(), quit: make(chan struct{})}
	first, err := e.server.Dial() // creates the server without opening a port
	if err != nil {
		return nil, fmt.Errorf("start embedded redis: %w", err)
	}
	if err := first.Close(); err != nil {
		return nil, fmt.Errorf("start embedded redis: %w", err)
	}
	e.ended.Go(e.passTime)
	return e, nil
}

// passTime advances the server's clock by the time that has really passed, because a timer
// may be late.
func (e *embeddedServer) passTime() {
	t := time.NewTimer(sweepEvery)
	defer t.Stop()
	last := time.Now()
	for {
		select {
		case <-e.quit:
			return
		case <-t.C:
			now := time.Now()
			e.server.FastForward(now.Sub(last))
			last = now
			t.Reset(min(max(sweepEvery, sweepPart*time.Since(now)), sweepAtLeast))
		}
	}
}

func (e *embeddedServer) client() redis.UniversalClient {
	return redis.NewClient(&redis.Options{
		Addr:     "embedded",
		Protocol: 2, // the handshake of RESP3 costs one more command per connection
		Dialer:   func(context.Context, string, string) (net.Conn, error) { return newDirect(e.server.Server()), nil },
		// A connection is in use only while its commands run, so few are needed. No write
		// is larger than a pipeline of small commands.
		PoolSize: 64, ReadBufferSize: 4 << 10, WriteBufferSize: 4 << 10,
		ContextTimeoutEnabled: true, DisableIdentity: true,
	})
}

func (e *embeddedServer) stop() {
	close(e.quit)
	e.ended.Wait()
	e.server.Close()
}
