package manifest

import "cmp"

// Reason is the machine-readable reason why a block cannot run.
type Reason string

// The reasons.
const (
	// NotBuilt: not supported yet.
	NotBuilt Reason = "not_built"
	// NeedsWeights: the block runs a model of its own.
	NeedsWeights Reason = "needs_weights"
	// VendorPlatform: it does nothing without the vendor's service.
	VendorPlatform Reason = "vendor_platform"
	// NeedsDevice: it speaks to a machine by a protocol other than HTTP.
	NeedsDevice Reason = "needs_device"
	// ServerAccess: it would use the files or the environment of the server.
	ServerAccess Reason = "server_access"
	// Retired: what it used no longer exists.
	Retired Reason = "retired"
	// NotSaved: the step names a saved workflow, which a save would write into it.
	NotSaved Reason = "not_saved"
)

// NotRunnable says why a block cannot run.
type NotRunnable struct {
	Reason Reason `json:"reason"`
	// Words explain the reason to people, where the reason alone does not.
	Words string `json:"words,omitempty"`
}

// reasonWords follow "the step cannot run: ".
var reasonWords = map[Reason]string{
	NotBuilt:       "not built yet",
	NeedsWeights:   "needs weights that Keyhole does not ship, and cannot take them as ONNX yet",
	VendorPlatform: "talks to the vendor's platform",
	NeedsDevice:    "needs a device",
	ServerAccess:   "would reach into the server",
	Retired:        "what it used no longer exists",
	NotSaved:       "names a saved workflow, whose version is fixed when this one is saved; save it first",
}

// Words explain the reason to people.
func (r Reason) Words() string { return reasonWords[r] }

// Why explains to people why the step cannot run: "needs a PLC".
func (n *NotRunnable) Why() string { return cmp.Or(n.Words, reasonWords[n.Reason]) }

// NotRunnableWith disables a step in which a field has a value.
type NotRunnableWith struct {
	Field string `json:"field"`
	Value string `json:"value"`
	NotRunnable
}

// NotRunnableIn explains why a step with these constants cannot run. It returns nil if it
// can.
func (m *Manifest) NotRunnableIn(value func(field string) any) *NotRunnable {
	if m.NotRunnable != nil {
		return m.NotRunnable
	}
	for i := range m.NotRunnableWith {
		if w := &m.NotRunnableWith[i]; value(w.Field) == w.Value {
			return &w.NotRunnable
		}
	}
	return nil
}

// Runs reports whether Keyhole can run the block.
func (m *Manifest) Runs() bool { return m.NotRunnable == nil }
