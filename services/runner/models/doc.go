// Package models prepares the inputs of models and decodes their outputs. It knows packages
// of weights and settings, the pre-processing of pictures, and the decoding of detectors
// and text readers. The model itself runs in another process (package modelworker).
//
// A model's file, settings and outputs are hostile input. Packages are unpacked within
// limits and only under known file names. Decoders accept any number, including NaN, and
// their work is bounded for any output.
package models
