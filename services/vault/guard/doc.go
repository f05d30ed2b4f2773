// Package guard finds a secret that comes back in an answer.
//
// Every answer of a provider passes through it before it leaves the vault. The guard
// matches what a reader sees, not the bytes on the wire:
//
//   - Content encodings are undone (decode.go).
//   - Package container finds the texts of the answer: strings and names of JSON,
//     joined over the events of a stream; forms; parts (texts.go).
//   - Package view shows each text in two views: as letters and digits only, and the
//     same after all escapes were undone (text.go).
//   - Package lane searches for the body of a secret in some eighty codings in one pass.
//     Separators, case, line wraps and alphabets make no difference.
//   - Package unpack decodes runs that may encode something, three deep, and opens the
//     archives in them, within a budget (nested.go).
//
// Package anatomy finds the body of a secret: public parts do not count. Package letters
// measures a piece in bits. rule.go judges it: a large piece withholds the answer, and a
// small one is remembered before it is released; package exposure counts those over
// answers. A stream is held while its end may become a piece. So at most three characters
// of a secret get out, and neither that nor the findings depend on how the stream is cut.
//
// The guard tells only the vault what it found (which secret, which coding, where),
// because it must not answer questions about the secret. For the same reason it redacts
// nothing.
//
// The guard cannot find a secret that a provider encrypts or spells in words, or pieces
// under eight characters between other words. TestLimitsOfTheGuard lists what passes.
package guard
