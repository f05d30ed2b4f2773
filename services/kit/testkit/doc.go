// Package testkit starts what tests run against: real databases and Redis from
// the distribution's packages, a certificate authority, and a provider that
// misbehaves on demand. Nothing is mocked. A missing server fails the test and says how to
// install it. Only inputs that the repository may not hold are optional; see [Shared].
//
// Servers are started when a test first asks, shared by the tests of one
// process, and end with it, however it ends.
package testkit
