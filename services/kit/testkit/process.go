package testkit

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// guardian runs a server and reads its own standard input, which ends when the test process
// does, even if it is killed. It then stops the server and removes its folder. $1 is the
// folder, $2 the signal, the rest the command.
const guardian = `dir=$1; signal=$2; shift 2
"$@" >"$dir/log" 2>&1 &
server=$!
read -r _
kill -s "$signal" "$server" 2>/dev/null
wait "$server"
rm -rf "$dir"`

// server is a process that ends with this process.
type server struct {
	dir  string
	life io.Closer // closing it stops the server
}

// startServer runs a command in its own process group, so that an interrupt of the tests
// does not hit the server directly. The guardian then stops it in order.
func startServer(dir, signal string, as *syscall.Credential, command ...string) (*server, error) {
	cmd := exec.Command("/bin/sh", append([]string{"-c", guardian, "sh", dir, signal}, command...)...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "HOME=" + dir}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: as}
	life, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("make pipe: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", command[0], err)
	}
	go func() { _ = cmd.Wait() }() // reap it if it ends first
	return &server{dir: dir, life: life}, nil
}

// await calls ready until it returns nil.
func (s *server) await(limit time.Duration, ready func() error) error {
	end := time.Now().Add(limit)
	for {
		err := ready()
		if err == nil {
			return nil
		}
		if time.Now().After(end) {
			return errors.Join(fmt.Errorf("not ready after %v: %w; its log:\n%s", limit, err, s.log()), s.life.Close())
		}
		time.Sleep(5 * time.Millisecond) // the start of another process sends no signal
	}
}

func (s *server) log() string {
	b, err := os.ReadFile(filepath.Join(s.dir, "log"))
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-4000):])
}

// makeDir makes a folder that the server's user can write to. It is not the test's own
// folder, because the path of a Unix socket must be short.
func makeDir(as *syscall.Credential) (string, error) {
	dir, err := os.MkdirTemp("", "kh")
	if err != nil {
		return "", fmt.Errorf("make server folder: %w", err)
	}
	if as != nil {
		if err := os.Chown(dir, int(as.Uid), int(as.Gid)); err != nil {
			return "", fmt.Errorf("give server its folder: %w", err)
		}
	}
	return dir, nil
}

// freePort returns a port that nobody listens on at the moment.
func freePort() (int, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	port := l.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // it is a TCP listener
	return port, l.Close()
}
