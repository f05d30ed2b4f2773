// Package lane finds a secret's body in a normalised text, in many codings in one pass.
//
// A lane is the body in one coding, normalised like the text. So separators, line wraps, case and
// the signs of an alphabet make no difference. All runs of eight symbols of all lanes are seeds in
// one table. A seed that occurs in the text is extended in both directions along its lane.
//
// It does not judge what it finds: package guard decides whether a piece withholds an answer.
package lane
