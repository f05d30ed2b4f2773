// Package imaging decodes, samples, draws on and encodes pictures.
//
// What comes from outside is measured before it is decoded ([Limits]), and the
// memory that all decoding takes at one time is bounded. Pictures are sampled for
// a model straight from the form that the decoder left them in (the luma and
// chroma planes of a JPEG) into the model's tensor, without a picture in between.
//
// A colour is what the file says: alpha is dropped, not multiplied in, and EXIF
// orientation is not looked at, as in the reference (OpenCV's default).
package imaging
