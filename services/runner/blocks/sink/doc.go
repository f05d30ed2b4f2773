// Package sink has the blocks that act on the world outside of a run. They act
// only in runs whose owner allows it ([engine.Env.Sinks]); in others they report
// that they did not.
package sink
