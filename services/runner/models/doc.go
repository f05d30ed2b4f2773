// Package models knows what goes into a model and what comes out: packages of
// weights and settings, the pre-processing of pictures, and the decoding of
// detectors and text readers. The model itself runs elsewhere (package
// modelworker).
//
// A model's file, its settings and its outputs are a stranger's. Packages are
// unpacked within limits and by known names only; decoders take any numbers, NaN
// included, and their work is bounded whatever the outputs say.
package models
