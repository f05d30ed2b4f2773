// Package plan turns a definition into what an executor needs: steps in layers, every
// argument resolved to a constant or a source, branches of flow control, and the
// dimensionality and lineage of all data. [Compile] applies the checks of the language. A
// plan without problems can fail only because of a run's values or environment.
//
// Terms: the dimensionality of a value is how deep it is nested: 0 for a scalar, 1 for one
// element of the run's batch, 2 for the crops of each picture. Its lineage names the origin
// of each level. Two batch values can meet in a step when one lineage is a prefix of the
// other.
package plan
