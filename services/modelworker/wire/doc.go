// Package wire is what the model worker and its parent say to each other.
//
// Control messages are JSON of a few hundred bytes over a SOCK_SEQPACKET pair,
// so that the kernel keeps them apart; files (a model, the shared memory) go
// along as descriptors. Tensors never pass the socket: they lie in shared
// memory and a message says where.
//
// The parent treats whatever the worker says as hostile: a model may have taken
// the worker over. [Tensor.Within] is the check that keeps an answer inside the
// shared memory.
package wire
