package egress

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// wire is a hand-written HTTP provider. It counts the requests that arrive, by path, and
// answers each as the first part of its path says.
type wire struct {
	net.Listener
	t      *testing.T
	secure bool

	mu       sync.Mutex
	requests map[string]int
	conns    map[net.Conn]bool
	waiting  sync.WaitGroup
}

// wireServer serves HTTP/1.1 in the clear, or over TLS the protocol that is given.
func wireServer(t *testing.T, protocol string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &wire{Listener: l, t: t, requests: map[string]int{}, conns: map[net.Conn]bool{}, secure: protocol != ""}
	if s.secure {
		standard := httptest.NewTLSServer(nil) // for its certificate
		standard.Close()
		s.Listener = tls.NewListener(l, &tls.Config{
			Certificates: standard.TLS.Certificates, NextProtos: []string{protocol}, MinVersion: tls.VersionTLS12,
		})
	}
	serve := s.http1
	if protocol == "h2" {
		serve = s.http2
	}
	s.waiting.Go(func() { s.accept(serve) })
	t.Cleanup(func() { _ = l.Close(); s.closeAll(); s.waiting.Wait() })
	return s
}

func (s *wire) url(path string) string {
	if s.secure {
		return "https://" + s.Addr().String() + path
	}
	return "http://" + s.Addr().String() + path
}

func (s *wire) accept(serve func(net.Conn)) {
	for {
		c, err := s.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.conns[c] = true
		s.mu.Unlock()
		s.waiting.Go(func() {
			defer func() {
				_ = c.Close()
				s.mu.Lock()
				delete(s.conns, c)
				s.mu.Unlock()
			}()
			serve(c)
		})
	}
}

func (s *wire) closeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		_ = c.Close()
	}
}

func (s *wire) arrived(path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests[path]++
}

func (s *wire) count(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests[path]
}

// reset closes a connection so that the peer sees an error.
func reset(c net.Conn) {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	_ = c.(*net.TCPConn).SetLinger(0)
	_ = c.Close()
}

// endings1 are the ways in which a request ends over HTTP/1.1: the answer, and whether the
// connection is then closed.
var endings1 = map[string]struct {
	answer string
	close  bool
	reset  bool
}{
	"ok":                  {answer: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
	"ok-then-close":       {answer: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", close: true},
	"ok-then-408":         {answer: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n", close: true},
	"close":               {close: true},
	"reset":               {reset: true},
	"half-a-status":       {answer: "HTTP/1.1 20", close: true},
	"half-a-status-reset": {answer: "HTTP/1.1 20", reset: true},
	"half-a-header":       {answer: "HTTP/1.1 200 OK\r\nContent-Le", close: true},
	"half-a-body":         {answer: "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc", close: true},
	"half-a-chunk":        {answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nabc", reset: true},
	"continue-then-close": {answer: "HTTP/1.1 100 Continue\r\n\r\n", close: true},
	"hints-then-close":    {answer: "HTTP/1.1 103 Early Hints\r\n\r\n", close: true},
	"continues-then-ok":   {answer: strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 4) + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
	"continue-then-417":   {answer: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n"},
	"hints-then-reset":    {answer: "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", reset: true},
	"switches":            {answer: "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"},
	"two-answers":         {answer: strings.Repeat("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 2)},
	"401-close":           {answer: "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", close: true},
	"407":                 {answer: "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n"},
	"no-length":           {answer: "HTTP/1.0 200 OK\r\n\r\nabc", close: true},
	"not-http":            {answer: "what?\r\n\r\n", close: true},
	"408":                 {answer: "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"},
	"408-close":           {answer: "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", close: true},
	"421":                 {answer: "HTTP/1.1 421 Misdirected Request\r\nContent-Length: 0\r\n\r\n"},
	"425":                 {answer: "HTTP/1.1 425 Too Early\r\nContent-Length: 0\r\n\r\n"},
	"429":                 {answer: "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n"},
	"503-close":           {answer: "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n", close: true},
}

func (s *wire) http1(c net.Conn) {
	r := bufio.NewReader(c)
	for {
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		s.arrived(req.URL.Path)
		how, early := strings.CutPrefix(ending(req.URL.Path), "early-") // before the body is read
		if !early {
			_, _ = io.Copy(io.Discard, req.Body)
		}
		e := endings1[how]
		_, _ = io.WriteString(c, e.answer)
		switch {
		case e.reset:
			reset(c)
			return
		case e.close || early:
			return
		}
	}
}

// ending returns the first part of a path.
func ending(path string) string {
	how, _, _ := strings.Cut(path[1:], "/")
	return how
}

// http2 answers each request when its headers arrive.
func (s *wire) http2(c net.Conn) {
	if _, err := io.ReadFull(c, make([]byte, len(http2.ClientPreface))); err != nil {
		return
	}
	f := http2.NewFramer(c, c)
	f.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	_ = f.WriteSettings()
	for {
		frame, err := f.ReadFrame()
		if err != nil {
			return
		}
		switch frame := frame.(type) {
		case *http2.SettingsFrame:
			if !frame.IsAck() {
				_ = f.WriteSettingsAck()
			}
		case *http2.MetaHeadersFrame:
			path := frame.PseudoValue("path")
			s.arrived(path)
			if !end2(c, f, frame.StreamID, ending(path)) {
				return
			}
		}
	}
}

// end2 ends a request in one of the ways that endings2 lists, and reports whether the
// connection stays open.
func end2(c net.Conn, f *http2.Framer, stream uint32, how string) (goesOn bool) {
	var code http2.ErrCode
	switch name, arg, _ := strings.Cut(how, "-"); name {
	case "status":
		respond2(f, stream, arg, true)
		return true
	case "rst":
		_, _ = fmt.Sscan(arg, &code)
		_ = f.WriteRSTStream(stream, code)
		return true
	case "goaway0": // "nothing of yours was processed: send it again"
		_, _ = fmt.Sscan(arg, &code)
		_ = f.WriteGoAway(0, code, nil)
		return true
	case "goaway0close":
		_ = f.WriteGoAway(0, http2.ErrCodeNo, nil)
	case "graceful":
		_ = f.WriteGoAway(1<<31-1, http2.ErrCodeNo, nil)
		respond2(f, stream, "200", true)
		return true
	case "gracefulclose":
		_ = f.WriteGoAway(1<<31-1, http2.ErrCodeNo, nil)
	case "okgoaway": // while it is idle
		respond2(f, stream, "200", true)
		_ = f.WriteGoAway(stream, http2.ErrCodeNo, nil)
		return true
	case "refuseall":
		_ = f.WriteSettings(http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: 0})
		_ = f.WriteRSTStream(stream, http2.ErrCodeRefusedStream)
		return true
	case "halfrst":
		respond2(f, stream, "200", false)
		_ = f.WriteRSTStream(stream, http2.ErrCodeRefusedStream)
		return true
	case "halfclose":
		respond2(f, stream, "200", false)
	case "hints": // and then as the code says: the request was started, or it was not
		_, _ = fmt.Sscan(arg, &code)
		respond2(f, stream, "103", false)
		_ = f.WriteRSTStream(stream, code)
		return true
	case "hintsgoaway":
		respond2(f, stream, "103", false)
		_ = f.WriteGoAway(0, http2.ErrCodeNo, nil)
		return true
	case "bothways": // states that it accepted the request, although it did not
		_ = f.WriteGoAway(stream, http2.ErrCodeNo, nil)
		_ = f.WriteGoAway(0, http2.ErrCodeNo, nil)
		_ = f.WriteRSTStream(stream, http2.ErrCodeRefusedStream)
		return true
	case "windowrst":
		_ = f.WriteWindowUpdate(stream, 1<<20)
		_ = f.WriteRSTStream(stream, http2.ErrCodeRefusedStream)
		return true
	case "bodygoaway":
		respond2(f, stream, "200", false)
		_ = f.WriteData(stream, false, []byte("abc"))
		_ = f.WriteGoAway(0, http2.ErrCodeRefusedStream, nil)
		return false
	case "push":
		_ = f.WritePushPromise(http2.PushPromiseParam{StreamID: stream, PromiseID: 2, EndHeaders: true})
		return true
	case "reset":
		reset(c)
	case "garbage":
		_ = f.WriteRawFrame(http2.FrameData, 0, 0, nil) // a connection error
		return true
	}
	return false
}

var endings2 = []string{
	"status-200", "status-408", "status-421", "status-425", "status-429", "status-503", "goaway0-0", "goaway0-1", "goaway0-7", "goaway0-11",
	"goaway0close", "graceful", "gracefulclose", "okgoaway", "refuseall", "halfrst", "halfclose", "reset", "garbage", "close",
	"hints-0", "hints-7", "hints-8", "hintsgoaway", "bothways", "windowrst", "bodygoaway", "push", "status-401", "status-407", "status-417",
	"rst-0", "rst-1", "rst-2", "rst-3", "rst-4", "rst-5", "rst-6", "rst-7", "rst-8", "rst-9", "rst-10", "rst-11", "rst-12", "rst-13",
}

func respond2(f *http2.Framer, stream uint32, status string, whole bool) {
	var b bytes.Buffer
	e := hpack.NewEncoder(&b)
	_ = e.WriteField(hpack.HeaderField{Name: ":status", Value: status})
	if status != "200" {
		_ = e.WriteField(hpack.HeaderField{Name: "retry-after", Value: "0"})
	}
	_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: b.Bytes(), EndHeaders: true, EndStream: whole})
}
