// Package sandbox takes from a process what a model worker does not need: the
// network, the file system, other programs, privileges and unbounded memory.
//
// [Limit] comes first, before anything untrusted is read. [Seal] comes last,
// once every library is loaded and every file is open: from then on the process
// can compute, allocate, make threads and talk over the descriptors that it
// has, and nothing else. There is no way back.
package sandbox
