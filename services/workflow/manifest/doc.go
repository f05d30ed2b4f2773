// Package manifest holds what the language must know of a block to check, draw and
// describe a workflow that uses it: fields, outputs, how it treats batches, where it
// sends data, and where a credential goes. It is data: one JSON file for each block
// family under blocks/, read by [Core]. How a block computes is the runner's.
//
// A manifest can be wrong (an offset out of range, say). It is not refused when it is
// loaded but when a workflow uses it, because the message belongs to the step.
package manifest
