// Package barcode finds and reads bar codes and QR codes in a picture. The decoding of a
// symbol is that of the ZXing port gozxing; the search is bounded here, because a hostile
// picture may hold thousands of places that look like a code.
package barcode
