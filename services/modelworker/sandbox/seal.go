package sandbox

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Seal installs a system call filter (seccomp) on every thread of the process. The filter
// is an allowlist: every other call, including calls of future kernels, fails with EPERM.
// It cannot be undone.
func Seal() error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("give up new privileges: %w", err)
	}
	filter := program(uint32(unix.Getpid()))
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	r, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER,
		unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&prog)))
	runtime.KeepAlive(filter)
	if errno != 0 {
		return fmt.Errorf("install the system call filter: %w", errno)
	}
	if r != 0 {
		return errors.New("install the system call filter: a thread has a different filter")
	}
	return nil
}

// Offsets in the kernel's struct seccomp_data. Arguments have 64 bits, with the low half
// first on the supported architectures.
const (
	dataNr   = 0
	dataArch = 4
	dataArgs = 16
)

const (
	allow  = unix.SECCOMP_RET_ALLOW
	refuse = unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)
	// clone3 passes its flags behind a pointer, which a filter cannot read. On ENOSYS the C
	// library falls back to clone.
	unknown = unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)
)

// rule allows a call only if the low half of an argument, masked, has one of the values.
type rule struct {
	call  uint32
	arg   int
	mask  uint32
	equal []uint32
}

func rules(pid uint32) []rule {
	return []rule{
		// Threads, but no processes.
		{call: unix.SYS_CLONE, arg: 0, mask: unix.CLONE_THREAD, equal: []uint32{unix.CLONE_THREAD}},
		// Signals to the process's own threads, because the Go scheduler sends them.
		{call: unix.SYS_TGKILL, arg: 0, mask: ^uint32(0), equal: []uint32{pid}},
		{call: unix.SYS_PRCTL, arg: 0, mask: ^uint32(0), equal: []uint32{unix.PR_SET_NAME, unix.PR_SET_VMA}},
		// No executable mappings: libraries are already loaded, and writable memory must
		// not become executable.
		{call: unix.SYS_MMAP, arg: 2, mask: unix.PROT_EXEC, equal: []uint32{0}},
		{call: unix.SYS_MPROTECT, arg: 2, mask: unix.PROT_EXEC, equal: []uint32{0}},
	}
}

func program(pid uint32) []unix.SockFilter {
	p := []unix.SockFilter{
		load(dataArch),
		jump(unix.BPF_JEQ, arch, 1, 0),
		ret(kill),
		load(dataNr),
	}
	p = append(p, guard()...)
	p = append(p, jump(unix.BPF_JEQ, unix.SYS_CLONE3, 0, 1), ret(unknown))
	for _, r := range rules(pid) {
		p = append(p, r.filter()...)
	}
	for _, call := range allowed {
		p = append(p, jump(unix.BPF_JEQ, call, 0, 1), ret(allow))
	}
	return append(p, ret(refuse))
}

// filter continues after itself for any other call, and decides here for its own.
func (r rule) filter() []unix.SockFilter {
	body := []unix.SockFilter{
		load(dataArgs + 8*uint32(r.arg)),
		{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: r.mask},
	}
	for _, v := range r.equal {
		body = append(body, jump(unix.BPF_JEQ, v, 0, 1), ret(allow))
	}
	body = append(body, ret(refuse))
	return append([]unix.SockFilter{jump(unix.BPF_JEQ, r.call, 0, uint8(len(body)))}, body...)
}
