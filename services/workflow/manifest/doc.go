// Package manifest describes blocks: what the language must know of a block to check, draw
// and describe a workflow that uses it. This is its fields, its outputs, how it treats
// batches, where it sends data, and where a credential goes. Manifests are data: one JSON
// file for each block family under blocks/, which [Core] reads. The runner implements the
// blocks.
//
// A manifest can be wrong (an offset out of range, say). It is refused when a workflow uses
// it and not when it is loaded, because the message belongs to the step.
package manifest
