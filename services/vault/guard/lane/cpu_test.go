package lane

import (
	"syscall"
	"testing"
)

// cpuRate reports MB for each second of processor time: other programs share the machine.
func cpuRate(b *testing.B, bytes int, run func()) {
	b.Helper()
	var before, after syscall.Rusage
	n := 0
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &before)
	for b.Loop() {
		run()
		n++
	}
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &after)
	used := float64(after.Utime.Nano()-before.Utime.Nano()) / 1e9
	b.ReportMetric(float64(n)*float64(bytes)/1e6/used, "MB/cpu-s")
}
