package modelworker

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/modelworker/wire"
)

// process is one worker. Only the caller that has acquired it may use it.
type process struct {
	tenant string
	// turn is the holder's lease of the pool.
	turn   *fair.Lease
	cmd    *exec.Cmd
	conn   *net.UnixConn
	arena  *arena
	stderr *tail
	// exited is closed after the process has been waited for.
	exited chan struct{}
	// models holds the keys of models that were sent to the worker. The worker may have
	// dropped some.
	models map[string]bool
	nextID uint64
	buf    []byte // for replies
	// idle ends the process. The timer runs only while nobody uses the process.
	idle *time.Timer
}

// start starts a worker. It calls ended after the process has ended and all its resources
// are free.
func start(cfg Config, tenant string, ended func(*process)) (*process, error) {
	memory, err := newArena(cfg.Arena)
	if err != nil {
		return nil, err
	}
	conn, child, err := socketPair()
	if err != nil {
		memory.close()
		return nil, err
	}
	defer func() { _ = child.Close() }()
	p := &process{
		tenant: tenant, conn: conn, arena: memory, stderr: &tail{},
		exited: make(chan struct{}), models: map[string]bool{}, buf: make([]byte, wire.MaxMessage),
	}
	p.cmd = command(cfg, child, p.stderr)
	started := make(chan error)
	go p.supervise(started, ended)
	if err := <-started; err != nil {
		_ = conn.Close()
		memory.close()
		return nil, fmt.Errorf("start the model worker: %w", err)
	}
	return p, nil
}

// command gives the process an empty environment and the control socket as its only
// descriptor.
func command(cfg Config, control *os.File, stderr *tail) *exec.Cmd {
	cmd := exec.Command(cfg.Worker,
		"-library", cfg.Library,
		"-memory", strconv.FormatInt(cfg.Memory, 10),
		"-threads", strconv.Itoa(cfg.Threads),
		"-sessions", strconv.Itoa(cfg.Sessions),
		"-cache", strconv.FormatInt(cfg.CacheBytes, 10))
	cmd.Env = []string{}
	cmd.Dir = "/"
	cmd.Stderr = stderr
	cmd.ExtraFiles = []*os.File{control}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	return cmd
}

// supervise locks its OS thread until the process has ended. The kernel sends the
// parent-death signal (PR_SET_PDEATHSIG) when the thread that started the child ends, not
// when the process does.
func (p *process) supervise(started chan<- error, ended func(*process)) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := p.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	_ = p.cmd.Wait()
	close(p.exited)
	ended(p)
}

func (p *process) kill() { _ = p.cmd.Process.Kill() }

// destroy kills the worker and frees what the parent holds for it. Only the holder may call
// it.
func (p *process) destroy() {
	p.kill()
	_ = p.conn.Close()
	p.arena.close()
}

func (p *process) dead() bool {
	select {
	case <-p.exited:
		return true
	default:
		return false
	}
}

// obituary waits for a dying process to end and describes how it ended.
func (p *process) obituary() string {
	p.kill()
	<-p.exited
	text := p.cmd.ProcessState.String()
	if said := p.stderr.String(); said != "" {
		text += ": " + said
	}
	return text
}

func socketPair() (*net.UnixConn, *os.File, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("make the control socket: %w", err)
	}
	parent, child := os.NewFile(uintptr(fds[0]), "control"), os.NewFile(uintptr(fds[1]), "control")
	defer func() { _ = parent.Close() }()
	conn, err := net.FileConn(parent)
	if err != nil {
		_ = child.Close()
		return nil, nil, fmt.Errorf("make the control socket: %w", err)
	}
	unixConn, ok := conn.(*net.UnixConn)
	if !ok {
		return nil, nil, errors.New("make the control socket: not a Unix socket")
	}
	return unixConn, child, nil
}

// tail keeps the last bytes of a worker's output.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const tailBytes = 2000

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if extra := len(t.text) - tailBytes; extra > 0 {
		t.text = append(t.text[:0], t.text[extra:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.ToValidUTF8(bytes.TrimSpace(t.text), []byte("?")))
}
