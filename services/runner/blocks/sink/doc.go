// Package sink has the blocks with effects outside of a run. They act only if the owner of
// the run allows it ([engine.Env.Sinks]). Otherwise they report that they did nothing.
package sink
