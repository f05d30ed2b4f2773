package bench

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// connections is the number of clients, unless a figure says otherwise.
const connections = 16

// load sends one request repeatedly on kept connections. It writes prepared bytes and reads
// an answer only to find its end: on two cores, processor time of the client is missing
// from the measured server.
type load struct {
	request []byte
	conns   []*loadConn
}

type loadConn struct {
	net.Conn
	reader *bufio.Reader
	body   []byte
}

// newLoad makes the usual number of connections to addr.
func newLoad(tb testing.TB, addr, method, path, key string, body []byte) *load {
	tb.Helper()
	return newLoadOf(tb, connections, addr, method, path, key, body)
}

// newLoadOf makes n connections to addr.
func newLoadOf(tb testing.TB, n int, addr, method, path, key string, body []byte) *load {
	tb.Helper()
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: bench\r\n", method, path, addr)
	if key != "" {
		fmt.Fprintf(&b, "Authorization: Bearer %s\r\n", key)
	}
	if body != nil {
		fmt.Fprintf(&b, "Content-Type: application/json\r\nContent-Length: %d\r\n", len(body))
	}
	b.WriteString("\r\n")
	b.Write(body)
	l := &load{request: b.Bytes()}
	for range n {
		var d net.Dialer
		conn, err := d.DialContext(tb.Context(), "tcp", addr)
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() { _ = conn.Close() })
		l.conns = append(l.conns, &loadConn{Conn: conn, reader: bufio.NewReaderSize(conn, 16<<10)})
	}
	return l
}

// sample is the result of one turn.
type sample struct {
	took     time.Duration
	cpu      time.Duration
	requests int
	waits    []time.Duration
}

// during sends on all connections for a duration.
func (l *load) during(tb testing.TB, d time.Duration) sample {
	tb.Helper()
	return l.run(tb, func(start time.Time, _ int) bool { return time.Since(start) < d })
}

// times sends n requests.
func (l *load) times(tb testing.TB, n int) sample {
	tb.Helper()
	each := (n + len(l.conns) - 1) / len(l.conns)
	return l.run(tb, func(_ time.Time, done int) bool { return done < each })
}

func (l *load) run(tb testing.TB, more func(start time.Time, done int) bool) sample {
	tb.Helper()
	var mu sync.Mutex
	var all sample
	var failed error
	var wg sync.WaitGroup
	start, cpu := time.Now(), cpuTime(tb)
	for _, c := range l.conns {
		wg.Go(func() {
			var waits []time.Duration
			var err error
			for err == nil && more(start, len(waits)) {
				sent := time.Now()
				err = c.once(l.request)
				waits = append(waits, time.Since(sent))
			}
			mu.Lock()
			defer mu.Unlock()
			failed = errors.Join(failed, err)
			all.waits = append(all.waits, waits...)
		})
	}
	wg.Wait()
	if failed != nil {
		tb.Fatal(failed)
	}
	all.took, all.cpu, all.requests = time.Since(start), cpuTime(tb)-cpu, len(all.waits)
	return all
}

var contentLength = []byte("Content-Length: ")

// once sends the request and reads the answer, which must have status 200.
func (c *loadConn) once(request []byte) error {
	if _, err := c.Write(request); err != nil {
		return err
	}
	status, err := c.reader.ReadSlice('\n')
	if err != nil {
		return err
	}
	ok := bytes.HasPrefix(status, []byte("HTTP/1.1 200 "))
	said := string(status[:min(len(status), 40)])
	size := -1
	for {
		line, err := c.reader.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) <= 2 {
			break
		}
		if after, found := bytes.CutPrefix(line, contentLength); found {
			if size, err = strconv.Atoi(string(bytes.TrimSpace(after))); err != nil {
				return err
			}
		}
	}
	if err := c.read(size); err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("answered %s: %s", said, c.body)
	}
	return nil
}

// read reads a body of the declared length or in chunks.
func (c *loadConn) read(size int) error {
	c.body = c.body[:0]
	if size >= 0 {
		return c.part(size)
	}
	for {
		line, err := c.reader.ReadSlice('\n')
		if err != nil {
			return err
		}
		n, err := strconv.ParseInt(string(bytes.TrimSpace(line)), 16, 32)
		if err != nil {
			return err
		}
		if err := c.part(int(n)); err != nil {
			return err
		}
		if _, err := c.reader.Discard(2); err != nil {
			return err
		}
		if n == 0 {
			return nil
		}
	}
}

func (c *loadConn) part(n int) error {
	at := len(c.body)
	c.body = slices.Grow(c.body, n)[:at+n]
	_, err := io.ReadFull(c.reader, c.body[at:])
	return err
}

func (s *sample) add(o sample) {
	s.took += o.took
	s.cpu += o.cpu
	s.requests += o.requests
	s.waits = append(s.waits, o.waits...)
}

func (s *sample) rate() float64 { return float64(s.requests) / s.took.Seconds() }

// wait returns a percentile of the duration of a request.
func (s *sample) wait(percent int) time.Duration {
	slices.Sort(s.waits)
	return s.waits[min(len(s.waits)*percent/100, len(s.waits)-1)]
}

// Turns of a comparison.
const (
	rounds = 8
	turn   = 700 * time.Millisecond
)

// compare alternates two loads, and reports both and their ratio.
func compare(b *testing.B, ours, bare *load) {
	b.Helper()
	ours.during(b, turn)
	bare.during(b, turn)
	var us, them sample
	var ratios []float64
	b.ResetTimer()
	for range rounds {
		one, other := ours.during(b, turn), bare.during(b, turn)
		ratios = append(ratios, one.rate()/other.rate())
		us.add(one)
		them.add(other)
	}
	slices.Sort(ratios)
	b.ReportMetric(us.rate(), "req/s")
	b.ReportMetric(them.rate(), "echo-req/s")
	b.ReportMetric(ratios[len(ratios)/2], "ratio")
	b.ReportMetric(milliseconds(us.wait(50)), "p50-ms")
	b.ReportMetric(milliseconds(us.wait(99)), "p99-ms")
	b.ReportMetric(float64(us.wait(99))/float64(them.wait(99)), "p99-ratio")
	b.ReportMetric(us.cost(), "cpu-µs/req")
	b.ReportMetric(them.cost(), "echo-cpu-µs/req")
	b.ReportMetric(them.cost()/us.cost(), "cpu-ratio")
	b.ReportMetric(0, "ns/op")
}

// cost is the processor time of a request in µs, including the client's.
func (s *sample) cost() float64 { return float64(s.cpu.Microseconds()) / float64(s.requests) }

// cpuTime returns the processor time of this process, which other work on the machine
// hardly changes.
func cpuTime(tb testing.TB) time.Duration {
	tb.Helper()
	var u unix.Rusage
	must(tb, unix.Getrusage(unix.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
