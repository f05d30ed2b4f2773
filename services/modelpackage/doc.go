// Package modelpackage describes the files of a model: the settings of a package, and the
// layout of the tensors that the model takes and returns. The registry uses it to refuse a
// model that no run could use, and the runner to prepare inputs and read outputs.
//
// A model's file and settings are hostile input. The package only reads them: it opens no
// file and runs nothing.
package modelpackage
