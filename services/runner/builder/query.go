package builder

import "strings"

// operations are the operations of the query language: the name, the kinds of input and
// output, and for compound ones those of the operations inside.
var operations = []struct{ name, in, out, nestedIn, nestedOut string }{
	{"StringToLowerCase", "string", "string", "", ""},
	{"StringToUpperCase", "string", "string", "", ""},
	{"StringSubSequence", "string", "string", "", ""},
	{"StringMatches", "string", "boolean", "", ""},
	{"LookupTable", "*", "*", "", ""},
	{"ToString", "*", "string", "", ""},
	{"ToNumber", "string boolean numbers", "numbers", "", ""},
	{"ToBoolean", "numbers", "boolean", "", ""},
	{"NumberRound", "numbers", "numbers", "", ""},
	{"Multiply", "numbers", "numbers", "", ""},
	{"Divide", "numbers", "numbers", "", ""},
	{"RandomNumber", "detections *", "float float_zero_to_one", "", ""},
	{"SequenceMap", "list_of_values", "list_of_values", "*", "*"},
	{"SequenceApply", "list_of_values", "list_of_values", "*", "*"},
	{"SequenceAggregate", "list_of_values", "*", "", ""},
	{"NumericSequenceAggregate", "list_of_values", "numbers", "", ""},
	{"SequenceLength", "detections list_of_values dictionary", "integer", "", ""},
	{"SequenceElementsCount", "list_of_values", "dictionary", "", ""},
	{"SequenceJoin", "list_of_values", "string", "", ""},
	{"DetectionsPropertyExtract", "detections", "list_of_values", "", ""},
	{"DetectionsToDictionary", "detections", "dictionary", "", ""},
	{"DetectionsSelection", "detections", "detections", "", ""},
	{"DetectionsFilter", "detections", "detections", "detection", "boolean"},
	{"DetectionsOffset", "detections", "detections", "", ""},
	{"DetectionsShift", "detections", "detections", "", ""},
	{"DetectionsRename", "detections", "detections", "", ""},
	{"SortDetections", "detections", "detections", "", ""},
	{"PickDetectionsByParentClass", "detections", "detections", "", ""},
	{"ExtractDetectionProperty", "detection", "*", "", ""},
	{"ClassificationPropertyExtract", "classification_prediction", "string list_of_values float_zero_to_one", "", ""},
	{"ExtractImageProperty", "image", "integer", "", ""},
	{"ExtractFrameMetadata", "image", "integer float timestamp", "", ""},
	{"ConvertImageToJPEG", "image", "bytes", "", ""},
	{"ConvertImageToBase64", "image", "string", "", ""},
	{"ConvertDictionaryToJSON", "dictionary", "string", "", ""},
	{"TimestampToISOFormat", "timestamp", "string", "", ""},
}

// operators are the operators: name, and the kinds of one or two operands.
var operators = [][]string{
	{"(Number) ==", "scalars", "scalars"},
	{"==", "scalars", "scalars"},
	{"(Number) !=", "scalars", "scalars"},
	{"!=", "scalars", "scalars"},
	{"(Number) >", "numbers", "numbers"},
	{"(Number) >=", "numbers", "numbers"},
	{"(Number) <", "numbers", "numbers"},
	{"(Number) <=", "numbers", "numbers"},
	{"(Number) in range", "numbers", "list_of_values"},
	{"(String) startsWith", "string", "string"},
	{"(String) endsWith", "string", "string"},
	{"(String) contains", "string", "string"},
	{"in (Sequence)", "string numbers", "list_of_values dictionary"},
	{"all in (Sequence)", "list_of_values", "list_of_values"},
	{"any in (Sequence)", "list_of_values", "list_of_values"},
	{"(Detection) in zone", "detection", "zone"},
	{"Exists", "*"},
	{"DoesNotExist", "*"},
	{"(Boolean) is True", "boolean"},
	{"(Boolean) is False", "boolean"},
	{"(Sequence) is empty", "list_of_values dictionary detections"},
	{"(Sequence) is not empty", "list_of_values dictionary detections"},
}

// queryLanguage describes the query language.
func queryLanguage() object {
	ops, ors := make([]any, len(operations)), make([]any, len(operators))
	for i, o := range operations {
		one := object{"operation_type": o.name, "compound": o.nestedIn != "", "input_kind": spread(o.in), "output_kind": spread(o.out)}
		if o.nestedIn != "" {
			one["nested_operation_input_kind"], one["nested_operation_output_kind"] = spread(o.nestedIn), spread(o.nestedOut)
		}
		ops[i] = one
	}
	for i, o := range operators {
		kinds := make([]any, len(o)-1)
		for k, operand := range o[1:] {
			kinds[k] = spread(operand)
		}
		ors[i] = object{"operator_type": o[0], "operands_number": len(kinds), "operands_kinds": kinds}
	}
	return object{"operations_description": ops, "operators_descriptions": ors}
}

// spread lists kinds, with the members of each group.
func spread(kinds string) []string {
	var out []string
	for _, kind := range strings.Fields(kinds) {
		if group, ok := kindGroups[kind]; ok {
			out = append(out, group...)
			continue
		}
		out = append(out, kind)
	}
	return out
}

// The groups of kinds that operations take and give.
var kindGroups = map[string][]string{
	"numbers":    {"integer", "float", "float_zero_to_one"},
	"detections": {"object_detection_prediction", "instance_segmentation_prediction", "keypoint_detection_prediction"},
	"scalars":    {"integer", "string", "float", "float_zero_to_one", "boolean", "list_of_values"},
}
