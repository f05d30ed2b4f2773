// Package protocol speaks the protocols of model providers. It turns a question into one
// JSON request, one JSON answer into text, and an error answer into a [Kind].
//
// It makes no calls and sees no credential. It replaces the providers' SDKs, which read keys
// from the environment of the process, retry on their own, and put their request into their
// errors. No request asks for a stream or offers a tool, because a step has a result only when
// its answer is complete. A server that streams anyway is read to its end, and a model that calls
// a tool instead of answering gives [ToolCalled].
package protocol
