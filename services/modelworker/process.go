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

// process is one worker. Only the caller that has acquired it uses it.
type process struct {
	tenant string
	// turn is what its holder has of the pool.
	turn   *fair.Lease
	cmd    *exec.Cmd
	conn   *net.UnixConn
	arena  *arena
	stderr *tail
	// exited is closed when the process has been waited for.
	exited chan struct{}
	// models that the worker has been given; it may have dropped some since.
	models map[string]bool
	nextID uint64
	buf    []byte // for replies
	// idle ends the process; it runs while nobody uses it.
	idle *time.Timer
}

// start runs a worker; ended is called when the process has gone, after which
// nothing of it is left.
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

// command has an empty environment and only the control socket as descriptor.
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

// supervise stays on one thread until the process has gone: the kernel sends the
// parent's-death signal when the thread that started it ends, not the process.
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

// destroy ends the worker and gives back what the parent holds for it. Only the
// holder may call it.
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

// obituary waits for a dying process to end, and reports how it died.
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

// tail keeps the last output of a worker.
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
