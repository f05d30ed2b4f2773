// Package rpc builds every gRPC server and client of the system, so that no service can
// omit a safety measure: recovery, tracing, request id, the caller, the access rule,
// validation, the deadline, error mapping, one log line without payloads, and limits.
//
// The transport proves the peer: by the SPIFFE id of a certificate, or by the identity of an
// in-process pipe. A key proves the principal, or an assertion that the vault signed and a
// peer forwards. The access rule of the method in the proto says what they may do. A
// server refuses to serve a method without a rule.
package rpc
