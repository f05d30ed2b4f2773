package picture

import "errors"

// ErrFormat is the error for a file that is not in a format of this package.
var ErrFormat = errors.New("the picture is not JPEG, PNG or WebP")

// Strip returns the picture without metadata. It does not change the pixels. It also
// removes the orientation tag, so apply the orientation first. A file without metadata is
// returned as it is, without a copy.
func Strip(encoded []byte) ([]byte, error) {
	var kept parts
	var err error
	switch {
	case isJPEG(encoded):
		err = stripJPEG(encoded, &kept)
	case isPNG(encoded):
		err = stripPNG(encoded, &kept)
	case isWebP(encoded):
		return stripWebP(encoded)
	default:
		return nil, ErrFormat
	}
	if err != nil {
		return nil, err
	}
	return kept.join(encoded), nil
}
