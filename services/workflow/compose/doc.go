// Package compose lists the steps of a definition together with those of the workflows inside
// of its steps. An inner workflow leaves nothing behind: its steps are named
// "<step>__<inner step>", and a [Scope] says what their references stand for in the
// composition. The document contains every workflow that it composes, so the composition is
// no longer than the document.
package compose
