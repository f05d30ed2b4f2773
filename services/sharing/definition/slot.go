package definition

// Slot is a field of a step that takes a credential.
type Slot struct {
	Step, Field string
	Provider    string
	// scheme, parameter and prefix are the place of the credential in a request.
	scheme, parameter, prefix string
	// Credential is the ID of the bound credential, Input the input that brings one.
	// With neither the slot is unbound.
	Credential, Input string
	// VisitorInput is the input that fills the slot when visitors bring the credentials.
	VisitorInput string
	// Destination is a canonical address, "" when it is not constant.
	Destination string
	// address is the whole constant address with its path.
	address  string
	Constant bool
	// elsewhere lists the other places that take the input as ordinary data.
	elsewhere []string
}

// Path returns the step and the field as refusals name them.
func (s Slot) Path() string { return s.Step + "." + s.Field }

// Unbound reports whether the slot has no credential. No run starts with one.
func (s Slot) Unbound() bool { return s.Credential == "" && s.Input == "" }
