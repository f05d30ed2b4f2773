package manifest

// Batch says how a field's argument reaches the block.
type Batch string

// The ways an argument is handed over. The zero value is one element at a time.
const (
	Scalar        Batch = ""
	BatchOnly     Batch = "batch"
	BatchOrScalar Batch = "batch_or_scalar"
)

// Field is one property of a step.
type Field struct {
	// Name is the canonical name and the block's argument.
	Name string `json:"name"`
	// Aliases are other names that documents use for it.
	Aliases  []string `json:"aliases,omitempty"`
	Title    string   `json:"title,omitempty"`
	Help     string   `json:"help,omitempty"`
	Required bool     `json:"required,omitempty"`
	// Default is used when the field is absent. It need not fit Accepts.
	Default Constant `json:"default,omitzero"`
	// Accepts are the alternatives; a value must fit one.
	Accepts []Type `json:"accepts"`
	Batch   Batch  `json:"batch,omitempty"`
	// AutoCast wraps a scalar as a batch, although the block does not take batches.
	AutoCast bool `json:"auto_cast,omitempty"`
	// Credential marks a field that takes a credential, or a map whose elements do.
	Credential *Credential `json:"credential,omitempty"`
	// Holds describes the content of a field that looks as if it held a secret or an address.
	Holds Holds `json:"holds,omitempty"`
	// Check names what the block requires of constants beyond their type, so that a
	// definition that can never run is refused before it is saved.
	Check Check `json:"check,omitempty"`
}

// Holds describes a text that leads out of the workflow. A test requires it, or a credential
// or a model, for every field whose name or kind suggests one.
type Holds string

// The values of Holds. A field that only looks like one of the others is marked as nothing.
const (
	HoldsHost    Holds = "host"
	HoldsURL     Holds = "url"
	HoldsPath    Holds = "path"
	HoldsNothing Holds = "nothing"
)

// Check is a rule for the constants of a field.
type Check string

// The checks.
const (
	// CheckHeaders: a map whose keys and texts can be headers of HTTP.
	CheckHeaders Check = "headers"
	// CheckColor and CheckColors: the text, or each text of a list, is a colour.
	CheckColor  Check = "color"
	CheckColors Check = "colors"
	// CheckJSON and CheckFile: the value of an element can be written as JSON or as a file,
	// unless an operation of "<field>_operations" converts it.
	CheckJSON Check = "json"
	CheckFile Check = "file"
	// CheckWhole: the further fields of a request do not ask for a streamed answer.
	CheckWhole Check = "whole_answer"
)

// Checks are all of them.
var Checks = []Check{CheckHeaders, CheckColor, CheckColors, CheckJSON, CheckFile, CheckWhole}

// Scheme says how the egress puts a credential into a request.
type Scheme string

// The schemes.
const (
	SchemeBearer Scheme = "bearer"
	SchemeHeader Scheme = "header"
	SchemeQuery  Scheme = "query"
	SchemeBasic  Scheme = "basic"
	// SchemeBody is a text of a JSON body, by JSON pointer.
	SchemeBody Scheme = "body"
	// SchemeURL is the whole address. A definition writes the host and after it the
	// reference: "https://hooks.slack.com/$credentials.hook". Other texts are addresses
	// as they are.
	SchemeURL Scheme = "url"
	// SchemeSMTP is the password of a mail server (SMTP AUTH).
	SchemeSMTP Scheme = "smtp"
	// SchemeAccount names the caller to a provider that also takes a SchemePassword or a
	// SchemeSignature: an account, the ID of a key.
	SchemeAccount Scheme = "account"
	// SchemePassword is the password of that account, by basic authentication.
	SchemePassword Scheme = "password"
	// SchemeSignature is a key that signs requests to S3 and is not sent.
	SchemeSignature Scheme = "signature"
	// SchemeLogin is a part of a login that has no place in an HTTP request: a user, a
	// password, or half of a signing key. Parameter distinguishes the parts of a step.
	SchemeLogin Scheme = "login"
)

// Credential describes a field that takes a credential.
type Credential struct {
	// Provider names the provider of the credential: openai, openai_compatible, anthropic,
	// generic.
	Provider string `json:"provider"`
	Scheme   Scheme `json:"scheme"`
	// Parameter is the header's or query parameter's name, or the part of a login, for
	// those schemes.
	Parameter string `json:"parameter,omitempty"`
	// Destination is where the credential is sent.
	Destination Destination `json:"destination"`
	// Managed marks a field whose default, in the reference, is a key that the platform pays
	// for. Keyhole has no such keys, so a missing field is an unbound slot.
	Managed bool `json:"managed,omitempty"`
}

// Reference restricts what a "$..." value may refer to.
type Reference string

// The references. Data is an input or a step output. The narrower ones are those of older
// blocks, and imply whether a batch is expected.
const (
	Data          Reference = "any_data"
	WorkflowInput Reference = "workflow_input"
	Parameter     Reference = "workflow_parameter"
	StepOutput    Reference = "step_output"
	StepTarget    Reference = "step"
)

// Literal is the JSON type of a constant.
type Literal string

// The literals. Number takes integers and floats, and keeps which one it was.
const (
	Text    Literal = "string"
	Integer Literal = "integer"
	Float   Literal = "float"
	Number  Literal = "number"
	Boolean Literal = "boolean"
	Null    Literal = "null"
	List    Literal = "list"
	Dict    Literal = "object"
	Value   Literal = "any"
)

// Query is the part of the query language that a field holds.
type Query string

// The parts of the query language.
const (
	Operations Query = "operations"
	Statement  Query = "statement"
	Cases      Query = "cases"
)

// Type is one alternative of a field: exactly one of Reference, Literal, Enum,
// ListOf, MapOf, TupleOf and Query is set.
type Type struct {
	Reference Reference `json:"selector,omitempty"`
	// Kinds a referenced value may have.
	Kinds   []string `json:"kinds,omitempty"`
	Literal Literal  `json:"literal,omitempty"`
	// Enum is a closed set of texts.
	Enum []string `json:"enum,omitempty"`
	// Bounds of numbers: inclusive Min and Max, exclusive Above and Below.
	Min   *float64 `json:"min,omitempty"`
	Max   *float64 `json:"max,omitempty"`
	Above *float64 `json:"above,omitempty"`
	Below *float64 `json:"below,omitempty"`
	// ListOf and MapOf are the alternatives of each element, one level deep.
	ListOf []Type `json:"list_of,omitempty"`
	MapOf  []Type `json:"map_of,omitempty"`
	// TupleOf is a list of fixed length, one type for each position.
	TupleOf []Type `json:"tuple_of,omitempty"`
	Query   Query  `json:"query,omitempty"`
}

// Answers reports whether documents may write the field under this key.
func (f *Field) Answers(key string) bool {
	if f.Name == key {
		return true
	}
	for _, alias := range f.Aliases {
		if alias == key {
			return true
		}
	}
	return false
}

// TargetsSteps reports whether the field names steps to continue with.
func (f *Field) TargetsSteps() bool {
	for _, t := range f.Accepts {
		if t.hasReference(StepTarget) {
			return true
		}
	}
	return false
}

func (t *Type) hasReference(r Reference) bool {
	if t.Reference == r {
		return true
	}
	for _, nested := range [][]Type{t.ListOf, t.MapOf} {
		for i := range nested {
			if nested[i].Reference == r {
				return true
			}
		}
	}
	return false
}

// Destination is where data or a credential goes: a constant URL, or the URL in a field.
type Destination struct {
	URL   string `json:"url,omitempty"`
	Field string `json:"field,omitempty"`
	// Scheme is set where Field holds a bare host, reached by a protocol other than HTTP.
	Scheme string `json:"scheme,omitempty"`
	// Port is the field that holds the port of a bare host, if there is one. With the scheme
	// "s3" Field holds a bucket and Port its region.
	Port string `json:"port,omitempty"`
}
