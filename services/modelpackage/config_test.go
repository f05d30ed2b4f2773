package modelpackage

import (
	"strings"
	"testing"
)

// Pre-processing that leaves nothing of a picture, or that nobody knows, is refused.
func TestPreProcessingIsChecked(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"static-crop":{"enabled":true,"x_min":10,"x_max":90,"y_min":0,"y_max":100},"grayscale":{"enabled":true}}`: "",
		`{"static-crop":{"enabled":false},"contrast":{"enabled":false,"type":"?"}}`:                                 "",
		`{"contrast":{"enabled":true,"type":"Histogram Equalization"}}`:                                             "",
		`{"contrast":{"enabled":true,"type":"More"}}`:                                                               "the types are Adaptive Equalization",
		`{"static-crop":{"enabled":true}}`:                                                                          "leave nothing of a picture",
		`{"static-crop":{"enabled":true,"x_min":50,"x_max":50,"y_min":0,"y_max":100}}`:                              "leave nothing of a picture",
		`{"static-crop":{"enabled":true,"x_min":-1,"x_max":50,"y_min":0,"y_max":100}}`:                              "leave nothing of a picture",
		`{"static-crop":{"enabled":true,"x_min":0,"x_max":1e9,"y_min":0,"y_max":100}}`:                              "leave nothing of a picture",
	} {
		_, err := Read(func(name string) ([]byte, error) {
			if name == InferConfig {
				return []byte(`{"image_pre_processing":` + text + `}`), nil
			}
			return nil, nil
		})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
