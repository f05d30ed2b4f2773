// Package provider has the blocks that ask a provider's model: any server that
// speaks the chat-completions protocol, and OpenAI's own.
//
// No block here sees a credential. It asks the run for a client
// ([engine.Outbound]) and sends a placeholder where the secret goes; what leaves
// the egress has the real one. Nothing is read from the process's environment
// either: the services of the SDK are made one by one, because its client fills
// itself from there.
//
// Each try is an attempt of its own, with a client of its own, so the SDK's
// retries are off. What a provider says when it fails stays in the cause
// ([Failure]): it may echo what it was sent.
package provider
