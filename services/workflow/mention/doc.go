// Package mention recognises references inside of texts: a reference to a credential or to a
// value, with the text that may stand before it ("Bearer ", or the host of an address). It
// decides by the form of the text and the manifest of the field. Packages plan and inspect
// share it, so that they cannot disagree about what is sent.
package mention
