package sandbox

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Limit bounds the resources of the process. memory bounds private writable memory (heap
// and thread stacks), in bytes. It sets RLIMIT_DATA and not RLIMIT_AS, because the latter
// would count shared memory and the large address ranges that the Go runtime reserves.
func Limit(memory uint64) error {
	limits := []struct {
		name     string
		resource int
		value    uint64
	}{
		{"core size", unix.RLIMIT_CORE, 0},
		{"open files", unix.RLIMIT_NOFILE, 64},
		{"file size", unix.RLIMIT_FSIZE, 0},
		{"memory", unix.RLIMIT_DATA, memory},
	}
	for _, l := range limits {
		if err := unix.Setrlimit(l.resource, &unix.Rlimit{Cur: l.value, Max: l.value}); err != nil {
			return fmt.Errorf("limit the %s: %w", l.name, err)
		}
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("refuse to be dumped or traced: %w", err)
	}
	if err := os.Chdir("/"); err != nil {
		return fmt.Errorf("leave the working directory: %w", err)
	}
	return nil
}

// DieFirst asks the kernel to kill this process before any other when the machine runs out
// of memory. It is best effort, because it needs /proc.
func DieFirst() {
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0)
}
