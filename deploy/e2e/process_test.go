package e2e_test

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// output collects the output of a program, over restarts.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) bytes() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	return bytes.Clone(o.buf.Bytes())
}

// program is a program of bin/ with its arguments. It can be started, stopped and
// restarted.
type program struct {
	name        string
	command     []string
	env         []string
	admin       string
	logs, spans output // standard error and output

	cmd  *exec.Cmd
	done chan struct{}
	err  error
}

// built returns a file that make build built.
func built(t testing.TB, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", "bin", name))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%s is missing: run make build", path)
	}
	return path
}

func (p *program) start(t testing.TB) {
	t.Helper()
	cmd := exec.Command(p.command[0], p.command[1:]...)
	cmd.Env = append([]string{"PATH=/usr/bin:/bin", "HOME=" + os.TempDir()}, p.env...)
	cmd.Stderr, cmd.Stdout = &p.logs, &p.spans
	// It ends with the tests, however they end.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", p.name, err)
	}
	done := make(chan struct{})
	p.cmd, p.done = cmd, done
	go func() {
		p.err = cmd.Wait()
		close(done)
	}()
}

// kill sends SIGKILL.
func (p *program) kill(t testing.TB) {
	t.Helper()
	_ = p.cmd.Process.Kill()
	p.ended(t, 10*time.Second)
}

// terminate sends SIGTERM. The caller checks the exit.
func (p *program) terminate(t testing.TB) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("stop %s: %v", p.name, err)
	}
}

func (p *program) ended(t testing.TB, within time.Duration) {
	t.Helper()
	select {
	case <-p.done:
	case <-time.After(within):
		_ = p.cmd.Process.Kill()
		<-p.done
		t.Errorf("%s had not ended after %v; its log ends:\n%s", p.name, within, p.tail())
	}
}

func (p *program) running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

func (p *program) tail() []byte {
	log := p.logs.bytes()
	return log[max(0, len(log)-4000):]
}

var nextPort atomic.Int64

// freeAddr returns an unused address. Its port is below the ephemeral ports, so that no
// outgoing connection takes it before the program starts.
func freeAddr(t testing.TB) string {
	t.Helper()
	for range 2000 {
		n := nextPort.Add(1)
		addr := fmt.Sprintf("127.0.0.1:%d", 15000+(int64(os.Getpid())*97+n)%17000)
		l, err := net.Listen("tcp", addr)
		if err == nil {
			_ = l.Close()
			return addr
		}
	}
	t.Fatal("no free port")
	return ""
}

// eventually polls other processes, which send no signal to wait for.
func eventually(t testing.TB, within time.Duration, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(within); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("after %v still not: %s", within, what)
		}
	}
}
