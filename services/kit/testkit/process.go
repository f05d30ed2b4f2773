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

// guardian runs a server and waits for the end of its own input, which comes
// when the test process is gone, killed or not. Then it ends the server and
// removes its folder. $1 is the folder, $2 the signal, the rest the command.
const guardian = `dir=$1; signal=$2; shift 2
"$@" >"$dir/log" 2>&1 &
server=$!
read -r _
kill -s "$signal" "$server" 2>/dev/null
wait "$server"
rm -rf "$dir"`

// server is a process that ends with this one.
type server struct {
	dir  string
	life io.Closer // its closing is the end
}

// startServer runs a command in its own process group, so that an interrupt of
// the tests reaches the guardian's input and not the server in mid-flight.
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
	go func() { _ = cmd.Wait() }() // reaps it, should it end first
	return &server{dir: dir, life: life}, nil
}

// await polls until ready says nil.
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
		time.Sleep(5 * time.Millisecond) // another process's start cannot be waited for otherwise
	}
}

func (s *server) log() string {
	b, err := os.ReadFile(filepath.Join(s.dir, "log"))
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-4000):])
}

// makeDir makes a folder that the server's user may write to. Sockets live in
// it, whose paths must be short, so it is not the test's.
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

// freePort is a port that nobody listens on now.
func freePort() (int, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	port := l.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // of a TCP listener
	return port, l.Close()
}
