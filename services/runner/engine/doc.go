// Package engine executes compiled workflows.
//
// It takes a plan, which holds the dependencies between steps and the level of nesting that
// each step works on, and calls the blocks. Steps that do not depend on each other run
// concurrently. Each block is called once for a batch or once for an element, as its
// manifest declares. The engine drops the elements that a gate closed or a failed parent
// left empty, unless the block accepts them.
//
// A block is a Go type with a Run method ([Block]). A [Constructor] in a [Registry] makes
// it. Its manifest is data and lives in the workflow packages. The engine knows no block by
// name.
//
// The engine does no I/O. Models, the network and sinks come in [Env] with each run.
package engine
