// Package picture handles the parts of a picture file other than its pixels: the
// orientation, and all metadata of cameras and editors.
//
// [Strip] removes metadata without decoding: EXIF with GPS and serial numbers, XMP,
// comments, text chunks, colour profiles, embedded thumbnails, and any bytes after the end
// of the picture. It keeps only what a decoder needs, by an allowlist, because every
// metadata segment can hold a secret that its owner does not know of.
//
// [OrientationOf] reads the EXIF orientation (CIPA DC-008, tag 0x0112) and
// [Orientation.Upright] applies it.
//
// The package reads JPEG (ITU-T T.81, JFIF 1.02), PNG (W3C, third edition) and WebP (RFC
// 9649). Every input is hostile: no length in a file is trusted.
package picture
