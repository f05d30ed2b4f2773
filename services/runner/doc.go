// Package runner executes workflows and streams their progress.
//
// It asks sharing whether a run may happen and on whose behalf, runs the
// definition that sharing pinned, and tells sharing what was used, whatever
// becomes of the run. It owns no data, and refuses to hold rights:
//
//   - It has no secret. A credential that a visitor brings goes to the vault
//     before anything of the run begins; what a step is given in its place is a
//     mark, and a way out ([outbound]) on which the vault adds the secret.
//   - It has no other way out than the vault's egress. No package here dials.
//   - It has no right that outlasts a run. Models come under the run's grant, and
//     the right of every run is asked after twice a second ([inflight]); a run
//     whose right cannot be confirmed is ended.
//
// A definition compiles to the same workflow for everybody, so compiled ones are
// kept by the hash of their bytes; nothing of a run is kept.
package runner
