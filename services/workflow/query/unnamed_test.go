package query_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/workflow/query"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Operations that need class names fail on detections without them, as in the reference.
func TestDetectionsWithoutClassNames(t *testing.T) {
	t.Parallel()
	bare := &value.Detections{XYXY: []value.Box{{0, 0, 10, 10}}, Confidence: []float64{0.5}, ClassID: []int64{1}, Data: map[string][]any{}}
	for operation, want := range map[string]string{
		`{"type":"DetectionsToDictionary"}`:                                         "OperationError",
		`{"type":"ExtractDetectionProperty","property_name":"class_name"}`:          "OperationError",
		`{"type":"DetectionsRename","class_map":{"a":"b"}}`:                         "OperationError",
		`{"type":"DetectionsRename","class_map":{"a":"b"},"strict":false}`:          "one",
		`{"type":"PickDetectionsByParentClass","parent_class":""}`:                  "none",
		`{"type":"DetectionsPropertyExtract","property_name":"class_name"}`:         "list",
		`{"type":"ExtractDetectionProperty","property_name":"prediction_type"}`:     "null",
		`{"type":"DetectionsSelection","mode":"top_confidence"}`:                    "one",
		`{"type":"ExtractDetectionProperty","property_name":"confidence"}`:          "float64",
		`{"type":"SortDetections","mode":"confidence","ascending":true}`:            "one",
		`{"type":"DetectionsShift","shift_x":1,"shift_y":1}`:                        "one",
		`{"type":"DetectionsOffset","offset_x":1,"offset_y":1}`:                     "one",
		`{"type":"DetectionsPropertyExtract","property_name":"tracker_id"}`:         "list",
		`{"type":"DetectionsPropertyExtract","property_name":"image_dimensions"}`:   "list",
		`{"type":"ExtractDetectionProperty","property_name":"keypoints_xy"}`:        "null",
		`{"type":"DetectionsRename","class_map":{"a":"b"},"strict":true}`:           "OperationError",
		`{"type":"PickDetectionsByParentClass","parent_class":"a class not there"}`: "none",
	} {
		operations, problems := query.ParseOperations(plain(t, "["+operation+"]"))
		if len(problems) > 0 {
			t.Errorf("%s: %v", operation, problems)
			continue
		}
		got, err := operations.Apply(t.Context(), bare, query.Scope{})
		if outcome := outcomeOf(got, err); outcome != want {
			t.Errorf("%s gives %s (%v), want %s", operation, outcome, err, want)
		}
	}
}

// A text that grows too large is an error of the operation, like every other limit.
func TestLimitsAreErrorsOfTheOperation(t *testing.T) {
	t.Parallel()
	long := make([]any, 3000)
	for i := range long {
		long[i] = strings.Repeat("x", 1000)
	}
	join, problems := query.ParseOperations(plain(t, `[{"type":"SequenceJoin","separator":","}]`))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	got, err := join.Apply(t.Context(), long, query.Scope{})
	if outcome := outcomeOf(got, err); outcome != "OperationError" {
		t.Errorf("a text of 3 MB is %s", outcome)
	}
}

func outcomeOf(v any, err error) string {
	if failed, ok := errors.AsType[*query.Error](err); ok {
		return failed.Class()
	}
	switch v := v.(type) {
	case nil:
		return "null"
	case []any:
		return "list"
	case float64:
		return "float64"
	case *value.Detections:
		if v.Len() == 0 {
			return "none"
		}
		return "one"
	}
	return "something else"
}
