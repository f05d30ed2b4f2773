package attempts

// Attempt is one use of a handle. Its row is written before the call, and gets the outcome after it.
type Attempt struct {
	Run, Step, Field  string
	Number            int64
	ID                string
	Workspace         string
	Share             string // of a hidden credential; "" for the visitor's and the owner's own
	Credential        string
	CredentialVersion int64
	Destination       string
	ChargedKey        string
	Peer              string
	StartTime         int64
	Outcome           string
	// Provider is that of a stored credential. Only OfRun reads it.
	Provider string
	// SuspendTime is when the guard suspended the share; 0 if it did not. Only OfRun reads it.
	SuspendTime int64
}

const attemptColumns = `run, step, field, attempt, id, workspace, share, credential, credential_version, destination,
	charged_key, peer, start_time`

// attemptValues is how many columns those are.
const attemptValues = 13

// values are the columns of an intent.
func (a Attempt) values() []any {
	return []any{
		a.Run, a.Step, a.Field, a.Number, a.ID, a.Workspace, a.Share, a.Credential, a.CredentialVersion, a.Destination,
		a.ChargedKey, a.Peer, a.StartTime,
	}
}

// NotSent is the start of the outcome of an attempt whose call was not made. The reason may follow. Such an attempt
// is not charged.
const NotSent = "failed not_sent"

// TestPrefix begins the run of an attempt that no run made, but a test of the credential.
const TestPrefix = "tst"

// Beginning is the result of writing an intent.
type Beginning int

const (
	// UsedBefore means that the handle, or another one for the same attempt, was used before.
	UsedBefore Beginning = iota
	// Begun means that the intent is durable and that its call may be made.
	Begun
	// TooLate means that the intent is durable but its run has ended. The end of the run may have listed the
	// attempts before this one, so its call must not be made.
	TooLate
)
