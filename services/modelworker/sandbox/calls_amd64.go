package sandbox

import "golang.org/x/sys/unix"

const arch = unix.AUDIT_ARCH_X86_64

// x32 is set in the numbers of x32 calls, which reach the same kernel functions. A filter
// must refuse them, or they bypass it.
const x32 = 0x40000000

func guard() []unix.SockFilter {
	return []unix.SockFilter{jump(unix.BPF_JGE, x32, 0, 1), ret(kill)}
}

var allowed = append([]uint32{
	unix.SYS_EPOLL_WAIT, unix.SYS_POLL, unix.SYS_ARCH_PRCTL, unix.SYS_TIME,
}, common...)
