// Package credentials owns third-party secrets: their sealed values, the destinations and the place in a request
// where each may go, and what would stop working without them.
//
// No method for clients returns a value. It refuses to change where a value goes without the value, to store a
// secret in a field that is public, and to delete a credential that is in use without a confirmation. Only this
// package opens its rows.
package credentials
