// Package bench measures what the documentation promises of speed and memory,
// each figure beside what it is held against, in one run on one machine: see
// docs/operate/performance.md. Nothing here fails for being slow; what it finds is
// reported as metrics.
//
// The two sides of a comparison take turns, a moment each, so that whatever else
// the machine does meets both.
package bench
