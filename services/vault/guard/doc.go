// Package guard keeps a secret from coming back.
//
// It stands at the exit of the vault's egress: what a provider answers passes
// through it before anybody else sees a byte. What it matches is what a reader
// would see, not what is on the wire:
//
//   - Content encodings are undone (decode.go).
//   - Package container finds the texts of the answer: strings and names of JSON,
//     joined over the events of a stream; forms; parts (texts.go).
//   - Package view shows each text twice: as letters and digits only, and the same
//     after its escapes were undone, to a fixed point (text.go).
//   - Package lane looks for the body of a secret in some eighty codings at once.
//     Separators, case, line wraps and alphabets make no difference to it.
//   - Package unpack decodes runs that may be code, three deep, and opens what is
//     compressed in them, within a budget (nested.go).
//
// What a secret's body is says package anatomy: public parts do not count. How much
// a piece of it is worth says package letters, in bits. rule.go decides: a large piece
// withholds the answer, a small one is remembered before it is let go, by whoever
// counts over answers. A stream is held back while its end may become a piece, so that
// of a secret no more than three characters get out, however the stream is cut; what
// is found does not depend on that either.
//
// What a hit was (which secret, which coding, where) is told to nobody but the vault
// itself: the guard must not answer questions about the secret. For the same reason
// nothing is ever redacted.
//
// The guard is the last line. It cannot see a secret that a provider encrypts or spells
// in words, nor pieces under eight characters with other words between;
// TestLimitsOfTheGuard lists what passes.
package guard
