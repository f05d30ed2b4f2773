// Package sketch owns what a listing shows of a definition: a small picture of its graph, the
// number of its problems, and the models and credentials that it names. A sketch is stored with
// the definition, so that a listing reads and compiles none.
//
// What it refuses: to replace the sketch of a definition that has been saved since.
package sketch
