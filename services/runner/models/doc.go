// Package models prepares the inputs of models, runs them and shapes their answers. It knows
// unpacked packages, the pre-processing of pictures, and text readers. Package modelpackage
// tells what a model takes and returns, package decode reads its outputs, and the model
// itself runs in another process (package modelworker).
//
// A model's file, settings and outputs are hostile input. Packages are unpacked within
// limits and only under known file names. Decoders accept any number, including NaN, and
// their work is bounded for any output.
package models
