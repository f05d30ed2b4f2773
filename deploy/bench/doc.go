// Package bench measures the speed and memory that docs/operate/performance.md states. Each
// figure is compared with a baseline in the same run on the same machine. No benchmark
// fails for being slow; the results are reported as metrics.
//
// The two sides of a comparison alternate in short turns, so that other load on the machine
// affects both.
package bench
