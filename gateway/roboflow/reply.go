package roboflow

import (
	"encoding/json"
	"net/http"
	"strings"

	"google.golang.org/grpc/codes"

	"github.com/keyhole-dev/keyhole/gateway/reply"
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// writeOutputs wraps the outputs without decoding them.
func writeOutputs(w http.ResponseWriter, outputs []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write([]byte(`{"outputs":`))
	_, _ = w.Write(outputs)
	_, _ = w.Write([]byte(`}`)) // the client may have gone
}

// errorBody is the body of an error in the form of Roboflow's server.
type errorBody struct {
	Message      string       `json:"message"`
	ErrorType    string       `json:"error_type,omitempty"`
	Context      string       `json:"context,omitempty"`
	InnerType    string       `json:"inner_error_type,omitempty"`
	InnerMessage string       `json:"inner_error_message,omitempty"`
	BlocksErrors []blockError `json:"blocks_errors,omitempty"`
	Reason       string       `json:"reason,omitempty"` // Keyhole's own, for machines
	RequestID    string       `json:"request_id,omitempty"`
}

// blockError is the error of one step.
type blockError struct {
	BlockID         string `json:"block_id,omitempty"`
	BlockType       string `json:"block_type,omitempty"`
	PropertyName    string `json:"property_name,omitempty"`
	PropertyDetails string `json:"property_details,omitempty"`
}

func writeBody(w http.ResponseWriter, code int, body errorBody) {
	raw, _ := json.Marshal(body) // strings always marshal
	reply.JSON(w, code, raw)
}

func writeError(w http.ResponseWriter, err error) {
	e := errs.From(err)
	meta := e.Metadata()
	body := errorBody{
		Message:   e.Message(),
		Reason:    strings.TrimPrefix(e.Reason().String(), "REASON_"),
		ErrorType: meta["errorType"], Context: meta["context"], InnerType: meta["innerErrorType"],
	}
	if body.ErrorType == "" {
		body.ErrorType, body.Context = errorType(e.Reason())
	}
	if e.Code() == codes.Internal || e.Reason() == errorsv1.Reason_REASON_STEP_FAILED {
		body.InnerMessage = e.Message()
	}
	for _, v := range e.Violations() {
		step, property := stepOf(v.GetField())
		body.BlocksErrors = append(body.BlocksErrors, blockError{BlockID: step, PropertyName: property, PropertyDetails: v.GetDescription()})
	}
	if step := meta["step"]; step != "" && len(body.BlocksErrors) == 0 {
		body.BlocksErrors = []blockError{{BlockID: step, BlockType: meta["blockType"]}}
	}
	code := reply.HTTPStatus(e)
	reply.Blame(w, code, err)
	if code >= http.StatusInternalServerError {
		body.RequestID = reply.RequestID(w)
	}
	writeBody(w, code, body)
}

// stepOf splits "steps.llm.api_key".
func stepOf(field string) (step, property string) {
	rest, ok := strings.CutPrefix(field, "steps.")
	if !ok {
		return "", field
	}
	step, property, _ = strings.Cut(rest, ".")
	return step, property
}

// errorType returns the class of the error in Roboflow's server.
func errorType(reason errorsv1.Reason) (class, context string) {
	switch reason {
	case errorsv1.Reason_REASON_DEFINITION_INVALID, errorsv1.Reason_REASON_BLOCK_NOT_SUPPORTED:
		return "WorkflowSyntaxError", "workflow_compilation | definition_parsing"
	case errorsv1.Reason_REASON_INPUT_INVALID, errorsv1.Reason_REASON_INPUT_MISSING, errorsv1.Reason_REASON_INPUT_UNKNOWN,
		errorsv1.Reason_REASON_IMAGE_INVALID, errorsv1.Reason_REASON_IMAGE_TOO_LARGE:
		return "RuntimeInputError", "workflow_execution | runtime_input_validation"
	case errorsv1.Reason_REASON_STEP_FAILED, errorsv1.Reason_REASON_MODEL_FAILED:
		return "StepExecutionError", "workflow_execution | step_execution"
	case errorsv1.Reason_REASON_PROVIDER_FAILED:
		return "ClientCausedStepExecutionError", "workflow_execution | step_execution"
	default:
		return "", ""
	}
}
