// Package credentials owns third-party secrets: their sealed values, the destinations and the place in a request
// where each may go, and the list of what uses them.
//
// No RPC returns a value. The package refuses to change where a value goes unless the request has the value, to
// store a secret in a public field, and to delete a credential that is in use without force. Only this package
// opens its rows.
package credentials
