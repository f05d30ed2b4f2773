// Package egress makes every outbound HTTP call of a run.
//
// The runner has no other way out, and no secret: with a Slot, egress puts one into
// the request at a place that it chooses, sends it to a destination that belongs to
// the credential, and guards the answer. Without, it is a plain fetch under the same
// address rules.
//
// What it holds to, and where:
//
//   - A URL is read by one strict parser, which refuses what two parsers could
//     understand in two ways (url.go).
//   - Names and addresses that are not public are refused unless the operator lists
//     them (rules.go). All addresses of a name are checked, and the connection goes
//     to one of those that were checked; no name is looked up a second time (dial.go).
//   - The caller's headers are cleaned of whatever could compete with the slot
//     (header.go), and the secret goes into the slot alone (slot.go).
//   - A request is sent once, on one connection. No part of this package can send it
//     again: not on another connection, and not by another try (pool.go).
//   - Redirects are never followed with a secret (client.go).
//   - Of an answer only the status, the listed headers and the guarded body get out.
//     Sizes and times are bounded (body.go).
//   - An Error says what was refused in words of this package. It never quotes the
//     other side, which may have put the secret there (errors.go).
package egress
