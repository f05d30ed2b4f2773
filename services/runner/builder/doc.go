// Package builder describes the language in the form that Roboflow's builder asks for: its
// blocks, kinds and query language, and the interface of a definition. It answers from the
// manifests, stores nothing and runs nothing.
package builder
