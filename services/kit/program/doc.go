// Package program contains what all programs of a single service share: settings,
// identity, telemetry, connections to other services, the public and the internal
// endpoint, and a graceful stop. Each main adds what its service owns.
//
// It does not know what a service does, and it opens no database.
package program
