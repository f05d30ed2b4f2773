// Package egress makes every outbound HTTP call of a run. The runner has no other way out, and no secret.
//
// With a Slot, egress puts a secret into the request at a place that belongs to the credential, sends the request to
// a destination of the credential, and guards the answer. Without one, the call is a plain fetch under the same
// address rules.
//
// The rules, and where they are:
//
//   - One strict parser reads URLs. It refuses a URL that another parser could read in another way (url.go).
//   - Names and addresses that are not public are refused unless the operator lists them (rules.go; package public). All addresses of
//     a name are checked, and the connection goes to a checked address, without a second look-up (dial.go).
//   - Headers of the caller that could compete with the slot are dropped (header.go, headernames.go). The secret goes into the slot
//     only (slot.go).
//   - A request is sent once, on one connection. This package cannot send it again, because the vault has one intent
//     for one request (pool.go).
//   - No redirect is followed with a secret (redirect.go).
//   - Of an answer, only the status, the listed headers and the guarded body get out. Sizes and times are bounded
//     (body.go).
//   - An Error has only words of this package. It never quotes the destination, which may repeat the secret
//     (errors.go).
package egress
