// Package picture handles what a picture file says besides its pixels: which way
// is up, and everything else that a camera or an editor wrote into it.
//
// [Strip] removes metadata without decoding: EXIF with GPS and serial numbers, XMP,
// comments, text chunks, colour profiles, embedded thumbnails, and any bytes after the
// end of the picture. It keeps only what a decoder needs, by an allow list, because
// every metadata segment is a place where people leave secrets without knowing it.
//
// [OrientationOf] reads the EXIF orientation (CIPA DC-008, tag 0x0112) and
// [Orientation.Upright] applies it.
//
// The package reads JPEG (ITU-T T.81, JFIF 1.02), PNG (W3C, third edition) and WebP
// (RFC 9649). Every input is hostile: nothing here trusts a length.
package picture
