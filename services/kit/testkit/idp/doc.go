// Package idp is an identity provider on loopback for tests: OpenID Connect with one client, whose person consents
// immediately. It keeps to the standard unless a test asks for a fault. No program links it.
package idp
