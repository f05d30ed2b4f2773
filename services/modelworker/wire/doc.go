// Package wire is the protocol between the model worker and its parent.
//
// Control messages are JSON of a few hundred bytes over a SOCK_SEQPACKET socket pair, which
// keeps message boundaries. Files (a model, the shared memory) are passed as descriptors.
// Tensors never pass through the socket: a message holds their position in shared memory.
//
// The parent treats every reply as hostile, because a model may have taken over the worker.
// [Tensor.Within] keeps a reply inside of the shared memory.
package wire
