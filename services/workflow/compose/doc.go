// Package compose lists the steps of a definition together with the steps of the workflows
// inside of them. An inner workflow is dissolved: its steps are named "<step>__<inner step>",
// and a [Scope] resolves their references in the composition. The document contains every
// workflow that it composes, so the composition is no longer than the document.
package compose
