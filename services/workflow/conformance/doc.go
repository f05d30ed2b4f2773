// Package conformance reads the language's conformance cases for tests: definitions with the
// expected result of compiling or running them, and the test-only blocks that they use, as
// manifests. The cases are not in this repository; [Folder] finds them. [Report] records the
// result of each case for `make conformance`. No service imports this package.
package conformance
