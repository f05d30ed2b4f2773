// Package workflow is the workflow definition language: what a saved document
// says, without running it and without touching the network, a disk or a clock.
//
// A document goes through these steps, each a function of bytes and data alone:
//
//	raw bytes ── Parse ──► Definition ── plan.Compile ──► plan.Plan
//	                                          ▲               │
//	                           manifest.Catalogue             ├─► inspect.Inspect     slots, models, sinks, destinations, literal secrets
//	                                                          ├─► signature.Of        inputs and outputs as callers see them
//	                                                          ├─► layout.Of           positions for the graph
//	                                                          └─► redact.Definition   the document for a stranger
//	raw bytes ── rewrite.Unbind / rewrite.Replace ──► raw bytes (byte-stable elsewhere)
//
// The packages below:
//
//   - document: JSON with byte spans, hostile-input limits and exact edits.
//   - manifest: what the language must know of a block, as data; [manifest.Core] is the built-in catalogue.
//   - plan: references, kinds, flow-control branches, dimensionality and lineage. The executor reads only this.
//   - inspect, signature, redact, rewrite, layout: what sharing derives from a plan.
//   - value, query: the values that flow and the query language on them.
//   - conformance: reads the conformance cases for tests; not used by any service.
//
// Every function that can refuse returns [Problems]: all that is wrong, each with
// the step and field it concerns, and never the value of a field that may hold a secret.
package workflow
