// Package conformance reads the language's conformance cases for tests: definitions
// with what compiling or running them must give, and the test-only blocks they use,
// translated into manifests. The cases live outside of this repository; [Locate] finds
// the folder, and a test that does not find it says so. No service imports this package.
package conformance
