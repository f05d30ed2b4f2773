// Package decode turns the tensors that a model returns into boxes, masks, key points and
// classes, in pixels of the model's input.
//
// The numbers may be anything, including NaN, and may change while they are read. Every
// index comes from a shape that was checked against the length of the data, and the work and
// the number of results are bounded.
package decode
