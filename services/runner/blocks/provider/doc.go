// Package provider has the blocks that ask the model of a provider.
//
// Each provider is data: an address, a protocol, and what its models are asked in their own
// way ([family]). No block here sees a credential. It gets an HTTP client from
// [engine.Outbound] and sends a placeholder; the vault's egress removes it and puts the secret
// at the place that belongs to the credential. The address of a provider's own API is
// constant. That of any other server comes from the definition, and the egress refuses one
// that is not a destination of the credential.
//
// Each try is a separate attempt with its own client. The text of a provider's error stays in
// the cause ([Failure]), because it may quote the request.
package provider
