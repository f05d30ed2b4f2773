// Package workflow parses workflow definitions. It does not run them, and it uses no
// network, disk or clock.
//
// A document goes through these steps. Each is a pure function:
//
//	raw bytes ── Parse ──► Definition ── plan.Compile ──► plan.Plan
//	                                          ▲               │
//	                           manifest.Catalogue             ├─► inspect.Inspect     slots, models, sinks, destinations, literal secrets
//	                                                          ├─► signature.Of        inputs and outputs as callers see them
//	                                                          ├─► layout.Of           positions for the graph
//	                                                          └─► redact.Definition   the document for a stranger
//	raw bytes ── rewrite.Unbind / rewrite.Replace ──► raw bytes (other bytes unchanged)
//
// The packages below:
//
//   - document: JSON with byte spans, limits for hostile input, and exact edits.
//   - manifest: the properties of blocks, as data; [manifest.Core] is the built-in catalogue.
//   - compose, mention: the steps of workflows inside of steps, and references inside of texts.
//   - plan: references, kinds, flow-control branches, dimensionality and lineage. The executor reads only this.
//   - inspect, signature, redact, rewrite, layout: what sharing derives from a plan.
//   - value, query: the values of a run, and the query language on them.
//   - conformance: reads the conformance cases for tests; no service uses it.
//
// Functions that refuse a document return [Problems]: every problem with its step and
// field. No problem quotes the value of a field that may hold a secret.
package workflow
