package roboflow

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

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
	Error        string       `json:"error,omitempty"`
	Detail       []detail     `json:"detail,omitempty"`
	ErrorType    string       `json:"error_type,omitempty"`
	Context      string       `json:"context,omitempty"`
	InnerType    string       `json:"inner_error_type,omitempty"`
	BlocksErrors []blockError `json:"blocks_errors,omitempty"`
	Reason       string       `json:"reason,omitempty"` // Keyhole's own, for machines
	RequestID    string       `json:"request_id,omitempty"`
}

// detail is one fault of a body that is not a request of the call, as FastAPI has it.
type detail struct {
	Type string `json:"type"`
	Loc  []any  `json:"loc"`
	Msg  string `json:"msg"`
}

// unprocessable is an error of a body that is not a request of the call. Its status is 422,
// as that of Roboflow's server. The details quote nothing that was sent.
type unprocessable struct {
	error
	detail detail
}

func (u *unprocessable) Unwrap() error { return u.error }

// required says that the body lacks a field.
func required(field, what string) error {
	return &unprocessable{
		error:  errs.InvalidArgument("the body needs the field %s: %s", field, what).Field(field, "required"),
		detail: detail{Type: "missing", Loc: []any{"body", field}, Msg: "Field required"},
	}
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

func writeError(w http.ResponseWriter, err error) { writeErrorAs(w, err, false) }

// writePlatformError is writeError for clients that read the message from the field error.
func writePlatformError(w http.ResponseWriter, err error) { writeErrorAs(w, err, true) }

func writeErrorAs(w http.ResponseWriter, err error, platform bool) {
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
	for _, v := range e.Violations() {
		step, property := stepOf(v.GetField())
		body.BlocksErrors = append(body.BlocksErrors, blockError{BlockID: step, PropertyName: property, PropertyDetails: v.GetDescription()})
	}
	if step := meta["step"]; step != "" && len(body.BlocksErrors) == 0 {
		body.BlocksErrors = []blockError{{BlockID: step, BlockType: meta["blockType"]}}
	}
	if platform {
		body.Error = e.Message()
	}
	code := reply.HTTPStatus(err)
	if u, ok := errors.AsType[*unprocessable](err); ok {
		code, body.Detail = http.StatusUnprocessableEntity, []detail{u.detail}
	}
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
