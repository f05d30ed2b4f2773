// Package letters measures a run of symbols in bits: how surprising it is after the text that
// people and programs write.
//
// The length alone is not enough: twelve characters of a random key do not occur in ordinary text,
// and twelve characters of a passphrase often do.
//
// It knows no secret, and it judges nothing.
package letters
