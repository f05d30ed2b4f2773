package modelworker

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// Config configures a pool. The zero value is usable.
type Config struct {
	// Worker is the path of keyhole-model-worker. Empty: the file next to this executable.
	Worker string
	// Library is the path of libonnxruntime.so. Empty: the file next to the worker.
	Library string
	// Workers bounds the processes. One workspace gets at most half of them. Zero: twice
	// the number of processors, at least 4, so that one workspace can use all processors
	// while the others still find a worker.
	Workers int
	// Threads is the number of threads of one run. Zero: 1, which gives the most runs per
	// second, because there are as many concurrent runs as processors.
	Threads int
	// Memory bounds the heap of one worker, in bytes. Zero: 2 GiB.
	Memory int64
	// Arena bounds the inputs and outputs of one run together, in bytes. Only pages in use
	// take memory. Zero: 256 MiB.
	Arena int
	// Sessions and CacheBytes bound the open models of one worker, in number and in total
	// file size. Zero: 8, and a quarter of Memory.
	Sessions   int
	CacheBytes int64
	// Idle is the time after which an unused worker is ended. Zero: 5 minutes.
	Idle time.Duration
	// RunLimit and InspectLimit bound one call. Zero: 2 minutes, and 30 seconds.
	RunLimit     time.Duration
	InspectLimit time.Duration
	// Logger logs the start and end of each worker. Nil: no log.
	Logger *slog.Logger
}

// stopAfter is the time that a worker has to stop a cancelled run before it is killed.
const stopAfter = 200 * time.Millisecond

func (c Config) withDefaults() (Config, error) {
	if c.Worker == "" {
		self, err := os.Executable()
		if err != nil {
			return c, fmt.Errorf("find the model worker: %w", err)
		}
		c.Worker = filepath.Join(filepath.Dir(self), "keyhole-model-worker")
	}
	var err error
	if c.Worker, err = filepath.Abs(c.Worker); err != nil {
		return c, fmt.Errorf("find the model worker: %w", err)
	}
	if c.Library == "" {
		c.Library = filepath.Join(filepath.Dir(c.Worker), "libonnxruntime.so")
	}
	if c.Library, err = filepath.Abs(c.Library); err != nil {
		return c, fmt.Errorf("find ONNX Runtime: %w", err)
	}
	def(&c.Workers, max(4, 2*runtime.GOMAXPROCS(0)))
	def(&c.Threads, 1)
	def(&c.Memory, 2<<30)
	def(&c.Arena, 256<<20)
	def(&c.Sessions, 8)
	def(&c.CacheBytes, c.Memory/4)
	def(&c.Idle, 5*time.Minute)
	def(&c.RunLimit, 2*time.Minute)
	def(&c.InspectLimit, 30*time.Second)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

func def[T int | int64 | time.Duration](field *T, value T) {
	if *field == 0 {
		*field = value
	}
}
