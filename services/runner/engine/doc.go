// Package engine executes compiled workflows.
//
// It takes a plan, which says what depends on what and on which level of
// nesting each step works, and drives the blocks: steps that do not wait for one
// another run side by side, each block is called once for a batch or once for an
// element as its manifest says, and what a gate closed or a failed parent left
// empty is kept away from blocks that do not ask for it.
//
// A block is one Go type with a Run method ([Block]), made by a [Constructor]
// that is listed in a [Registry]; its manifest, which is data, lives with the
// language. The engine knows no block by name.
//
// Nothing here does I/O. What a run may reach (models, the network, sinks) is
// handed in with [Env], run by run.
package engine
