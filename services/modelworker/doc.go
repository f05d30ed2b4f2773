// Package modelworker runs ONNX models in processes of their own.
//
// A [Pool] starts keyhole-model-worker when a model is first needed, gives it one
// request at a time, and ends it when it has been idle, misbehaves, or belongs to
// somebody else: a worker opens models of one tenant only, so that a hostile model
// can reach neither another tenant's weights nor another tenant's pictures.
//
// Tensors lie in memory that parent and worker share: the caller writes its input
// there (through [Input.Fill]), the runtime reads and writes there, and the caller
// reads the outputs there, within the callback of [Pool.Infer]. Nothing is copied
// in between. The memory is sealed against resizing, so that a worker cannot make
// the parent fault on it, and everything that a worker says about it is checked.
//
// A model that crashes its worker, exhausts its memory or does not stop on request costs
// only its own request, which ends with a [Failure].
package modelworker
