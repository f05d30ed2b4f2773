// Package container finds the texts that a reader of an answer sees: strings and names of JSON,
// events of a stream, values of a form, parts of a multipart message. Texts of the same place are
// joined, also over events.
//
// It is lenient: malformed input is read as far as possible. A reader that rejects an answer sees
// no text in it.
//
// It does not decode the texts: package view does.
package container
