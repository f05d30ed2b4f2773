// Package conformance reads the language's conformance cases for tests: definitions with
// the result that compiling or running them must give, and the test-only blocks that they
// use, translated into manifests. The cases are not in this repository: [Folder] finds
// them. [Report] records the result of each case for `make conformance`. No service
// imports this package.
package conformance
