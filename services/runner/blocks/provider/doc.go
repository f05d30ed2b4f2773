// Package provider has the blocks that ask a provider's model: any server that speaks the
// chat completions protocol, and OpenAI's own API.
//
// No block here sees a credential. It gets an HTTP client from [engine.Outbound] and sends
// a placeholder, which the vault's egress replaces by the secret. The package constructs
// the SDK's services one by one, because the SDK's client would read keys from the
// environment of the process.
//
// Each try is a separate attempt with its own client, so the SDK's retries are off. The
// text of a provider's error stays in the cause ([Failure]), because it may quote the
// request.
package provider
