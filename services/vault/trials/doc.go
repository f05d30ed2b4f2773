// Package trials tests a credential: it makes one fixed call to the credential's provider and says how the
// provider answered.
//
// A test is a use like any other. It goes through egress with its address rules, the guard reads the answer, and
// the row of its attempt is durable before the call. The reply is a word and a sentence of this package. Nothing of
// the answer gets into it, so a provider cannot use a test to send text or an echoed key to a client.
package trials
