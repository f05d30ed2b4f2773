// Package guard keeps a secret from coming back.
//
// It stands at the exit of the vault's egress: what a provider answers passes
// through it before anybody else sees a byte. A Set is compiled from the secrets
// of one call. Everything that leaves is run through the Set's automaton, and the
// stream is cut at the first sign of a secret in any of the listed encodings.
//
// How it is built, from the inside out:
//
//   - A secret is split into its published part (a prefix such as "sk-proj-", a
//     JWT's header, a PEM line), which anyone may write, and its body (published.go).
//   - An Encoding turns a piece of the secret into a Pattern: a sequence of units,
//     each with every byte string that may stand for it (encoding.go). Escapes that
//     can be mixed character by character are alternatives of one unit, so one
//     pattern covers raw, JSON, URL and HTML text in any mixture.
//   - All patterns become one deterministic automaton with a dense table (compile.go,
//     automaton.go). It knows for each state how many bytes a match that is under way
//     may have taken, so a stream holds back just those and clean text waits for nothing.
//   - A Normaliser changes what the automaton sees: as it came, and without white
//     space, for what is spaced out or split over lines (normalise.go).
//
// To look for another encoding, add an Encoding to encodings or a Normaliser to
// views; nothing else changes.
//
// What a hit was (which secret, which encoding, where) is told to nobody: the
// guard must not answer questions about the secret. For the same reason fragments
// are looked for only in the body, and only from 16 characters and 80 bits on: with
// less, somebody who can make a provider echo text could try a key one character
// at a time. The guard is the last line. It cannot see a secret that a provider
// encrypts, compresses inside another format, or spells in words.
package guard
