// Package runner executes workflows and streams their progress.
//
// The root holds configuration, wiring and the handlers, which turn protobuf and JSON into plain
// values. The rest is in packages, and imports point down:
//
//		          runner
//		          /    \
//		   inflight    run
//		               / | \
//		     compiled  | inputs
//		            outbound
//		               |
//		            booking
//
//	  - inflight has the places and leases of runs; run does one run.
//	  - compiled, inputs, outbound and booking do one part of a run each.
//	  - engine executes steps; blocks, models, imaging and redact serve it.
//
// The runner owns no data and refuses to hold rights:
//
//   - It has no secret. A credential of a visitor goes to the vault before a step starts. Steps get
//     a mark instead, and a way out on which the vault adds the secret.
//   - It has no way out but the vault's egress. No package here dials.
//   - It has no right that outlives a run. Models come under the run's grant, and the right of each
//     run is checked twice a second. A run whose right cannot be confirmed ends.
//
// Compiled definitions are kept by the hash of their bytes, because they are the same for everybody.
// Nothing of a run is kept.
package runner
