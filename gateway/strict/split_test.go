package strict

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
)

// A value that was taken out comes back unchanged, and a body that encoding/json refuses is
// not accepted.
func FuzzSplit(f *testing.F) {
	for _, text := range []string{
		`{"samples":[{"value":[1.0]},{"value":"x"}],"title":"t"}`, `{"samples":{"value":1}}`, `[{"samples":1}]`, `{"samples":[{"value":`, `null`, `{"title":"\ud800"}`,
	} {
		f.Add([]byte(text), false)
		f.Add([]byte(text), true)
	}
	f.Fuzz(func(t *testing.T, raw []byte, whole bool) {
		sent := newBody(raw)
		var share sharingv1.Share
		if sent.prepare(share.ProtoReflect().Descriptor(), whole) != nil || len(raw) == 0 {
			return
		}
		if !json.Valid(raw) || !jsontext.Value(raw).IsValid() {
			t.Fatalf("%q is taken", raw)
		}
		if sent.decode(&share) != nil {
			return
		}
		var want struct {
			Samples []struct{ Value json.RawMessage }
		}
		if json.Unmarshal(raw, &want) != nil { // encoding/json folds the case of names
			return
		}
		var got, all []string
		for _, sample := range share.GetSamples() {
			got = append(got, string(sample.GetValue()))
		}
		for _, sample := range want.Samples {
			all = append(all, string(sample.Value))
		}
		if !reflect.DeepEqual(got, all) {
			t.Fatalf("%q: got %q, want %q", raw, got, all)
		}
	})
}
