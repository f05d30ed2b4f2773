package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// probe is the argument with which this test binary runs itself inside the sandbox. The
// worker has no such argument.
const probe = "probe-the-sandbox"

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == probe {
		if err := probeAll(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// probeAll tries what a hostile model would try, and prints the kernel's answers.
func probeAll() error {
	if err := Limit(memoryCap); err != nil {
		return err
	}
	if err := Seal(); err != nil {
		return err
	}
	said := map[string]string{}
	for name, attempt := range attempts() {
		said[name] = errnoName(attempt())
	}
	return json.NewEncoder(os.Stdout).Encode(said)
}

func errnoName(err error) string {
	var errno unix.Errno
	if errors.As(err, &errno) {
		return unix.ErrnoName(errno)
	}
	return fmt.Sprint(err)
}

func attempts() map[string]func() error {
	path, _ := unix.BytePtrFromString("/etc/passwd")
	call := func(nr, a, b, c uintptr) func() error {
		return func() error {
			if _, _, errno := unix.Syscall(nr, a, b, c); errno != 0 {
				return errno
			}
			return nil
		}
	}
	name := uintptr(unsafe.Pointer(path))
	here := unix.AT_FDCWD
	tries := map[string]func() error{
		"tcp socket":      call(unix.SYS_SOCKET, unix.AF_INET, unix.SOCK_STREAM, 0),
		"unix socket":     call(unix.SYS_SOCKET, unix.AF_UNIX, unix.SOCK_STREAM, 0),
		"netlink socket":  call(unix.SYS_SOCKET, unix.AF_NETLINK, unix.SOCK_RAW, 0),
		"connect":         call(unix.SYS_CONNECT, 0, name, 16),
		"bind":            call(unix.SYS_BIND, 0, name, 16),
		"sendto":          call(unix.SYS_SENDTO, 0, name, 1),
		"open":            call(unix.SYS_OPENAT, uintptr(here), name, unix.O_RDONLY),
		"exec":            call(unix.SYS_EXECVE, name, 0, 0),
		"fork":            call(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0),
		"ptrace":          call(unix.SYS_PTRACE, unix.PTRACE_ATTACH, 1, 0),
		"kill parent":     call(unix.SYS_KILL, uintptr(os.Getppid()), 0, 0),
		"signal parent":   call(unix.SYS_TGKILL, uintptr(os.Getppid()), uintptr(os.Getppid()), 0),
		"read its memory": call(unix.SYS_PROCESS_VM_READV, uintptr(os.Getppid()), 0, 0),
		"io_uring":        call(unix.SYS_IO_URING_SETUP, 1, 0, 0),
		"bpf":             call(unix.SYS_BPF, 0, 0, 0),
		"mount":           call(unix.SYS_MOUNT, name, name, 0),
		"new namespace":   call(unix.SYS_UNSHARE, unix.CLONE_NEWUSER, 0, 0),
		"become root":     call(unix.SYS_SETUID, 0, 0, 0),
		"raise the limit": call(unix.SYS_PRLIMIT64, 0, unix.RLIMIT_DATA, 0),
		"keyring":         call(unix.SYS_KEYCTL, 0, 0, 0),
		"be dumpable":     call(unix.SYS_PRCTL, unix.PR_SET_DUMPABLE, 1, 0),
		"executable": func() error {
			_, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_EXEC, unix.MAP_ANON|unix.MAP_PRIVATE)
			return err
		},
		"clone3":          call(unix.SYS_CLONE3, 0, 0, 0),
		"a little memory": func() error { return mapMemory(1 << 20) },
		"the time":        func() error { var ts unix.Timespec; return unix.ClockGettime(unix.CLOCK_REALTIME, &ts) },
		"threads":         startThreads,
	}
	if capped {
		tries["memory"] = func() error { return mapMemory(256 << 20) }
	}
	return tries
}

func mapMemory(size int) error {
	_, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	return err
}

// startThreads makes the Go runtime start more threads.
func startThreads() error {
	done := make(chan error)
	for range 8 {
		go func() {
			ts := unix.Timespec{Nsec: 1e6}
			done <- unix.Nanosleep(&ts, nil)
		}()
	}
	var err error
	for range 8 {
		err = errors.Join(err, <-done)
	}
	return err
}

func TestSandboxRefusesAllButComputing(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, probe)
	cmd.Env = []string{}
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		errors.As(err, &exit)
		t.Fatalf("the probe failed: %v\n%s", err, exit.Stderr)
	}
	var said map[string]string
	if err := json.Unmarshal(out, &said); err != nil {
		t.Fatalf("read the probe's answer %q: %v", out, err)
	}
	want := map[string]string{
		"a little memory": "<nil>", "the time": "<nil>", "threads": "<nil>",
		"memory": "ENOMEM", "clone3": "ENOSYS",
	}
	for name, got := range said {
		expected, special := want[name]
		if !special {
			expected = "EPERM"
		}
		if got != expected {
			t.Errorf("%s: the kernel said %s, want %s", name, got, expected)
		}
	}
	if len(said) < 25 {
		t.Errorf("only %d attempts were made", len(said))
	}
}
