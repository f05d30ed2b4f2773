// Package gatewaytest has what the tests of the gateway share: connections to services
// of a test, services that record what they are asked, and errors as a client reads
// them. No program links it.
package gatewaytest
