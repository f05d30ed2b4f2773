// Package modelworker runs ONNX models in separate processes.
//
// A [Pool] starts keyhole-model-worker when a model is first needed and gives it one
// request at a time. It ends a worker that is idle, misbehaves, or belongs to another
// tenant than the next client. A worker opens models of one tenant only, so a hostile model
// cannot reach another tenant's weights or pictures.
//
// Parent and worker share memory for tensors. The caller writes inputs there with
// [Input.Fill], the runtime reads and writes there, and the callback of [Pool.Infer] reads
// outputs there. Nothing is copied in between. The memory is sealed against resizing, so a
// worker cannot make the parent fault, and the parent checks every position that a worker
// names.
//
// A model that crashes its worker, exhausts its memory or does not stop on request fails
// only its own request, with a [Failure].
package modelworker
