// Package imaging decodes, samples, draws on and encodes pictures.
//
// It checks the size of an external picture before it decodes it ([Limits]), and bounds the
// memory of all concurrent decoding. It samples a picture directly from the decoder's
// format (the luma and chroma planes of a JPEG) into the model's tensor, without an
// intermediate picture.
//
// Colours are those of the file: alpha is dropped and not multiplied in, as in Roboflow's
// engine (OpenCV's default).
package imaging
