package modelworker

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"github.com/keyhole-dev/keyhole/services/modelworker/wire"
)

// arena is the memory shared with one worker. It is a memfd, which has no name in a file
// system, and takes real memory only for pages that were written.
type arena struct {
	file   *os.File
	memory []byte
}

// keep is the part of an arena that stays allocated between runs, in bytes.
const keep = 32 << 20

func newArena(size int) (*arena, error) {
	fd, err := unix.MemfdCreate("keyhole-tensors", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, fmt.Errorf("make shared memory: %w", err)
	}
	file := os.NewFile(uintptr(fd), "tensors")
	if err := unix.Ftruncate(fd, int64(size)); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("size the shared memory: %w", err)
	}
	// Without these seals a worker could shrink the file, and the parent would get SIGBUS.
	seals := unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_SEAL
	if _, err := unix.FcntlInt(file.Fd(), unix.F_ADD_SEALS, seals); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("seal the shared memory: %w", err)
	}
	memory, err := unix.Mmap(fd, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("map the shared memory: %w", err)
	}
	return &arena{file: file, memory: memory}, nil
}

// write places the inputs at the start of the arena and fills them. free is the offset of
// the first unused byte.
func (a *arena) write(inputs []Input) (tensors []wire.Tensor, free int, err error) {
	if len(inputs) > wire.MaxTensors {
		return nil, 0, failure(TooLarge, "%d inputs; at most %d are taken", len(inputs), wire.MaxTensors)
	}
	for i, in := range inputs {
		t := wire.Tensor{Name: in.Name, Type: in.Type, Shape: in.Shape, Offset: wire.Align(free)}
		data, err := t.Within(a.memory)
		if err != nil {
			return nil, 0, failure(TooLarge, "input %d: %w", i, err)
		}
		if err := in.Fill(data); err != nil {
			return nil, 0, fmt.Errorf("write input %d: %w", i, err)
		}
		tensors = append(tensors, t)
		free = t.Offset + len(data)
	}
	return tensors, wire.Align(free), nil
}

// read returns the outputs at the positions that the worker names, after checking them.
func (a *arena) read(tensors []wire.Tensor) ([]Output, error) {
	if len(tensors) > wire.MaxTensors {
		return nil, failure(Crashed, "the worker answered with %d outputs", len(tensors))
	}
	outputs := make([]Output, len(tensors))
	for i, t := range tensors {
		data, err := t.Within(a.memory)
		if err != nil {
			return nil, failure(Crashed, "malformed answer of the model worker: %w", err)
		}
		outputs[i] = Output{Name: t.Name, Type: t.Type, Shape: t.Shape, data: data}
	}
	return outputs, nil
}

// trim frees the memory of a large run.
func (a *arena) trim(used int) {
	if used <= keep || len(a.memory) <= keep {
		return
	}
	_ = unix.Fallocate(int(a.file.Fd()), unix.FALLOC_FL_PUNCH_HOLE|unix.FALLOC_FL_KEEP_SIZE,
		keep, int64(len(a.memory)-keep))
}

func (a *arena) close() {
	_ = unix.Munmap(a.memory)
	_ = a.file.Close()
}
