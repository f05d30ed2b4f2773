// Package protocol speaks the protocols of model providers. It turns a question into one
// JSON request, one JSON answer into text, and an error answer into a [Kind].
//
// It makes no calls and sees no credential. It replaces the providers' SDKs, which read keys
// from the environment of the process, retry on their own, and put their request into their
// errors. Answers are taken in one piece, because a step has a result only when its answer
// is complete.
package protocol
