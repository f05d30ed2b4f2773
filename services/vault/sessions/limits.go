package sessions

import "time"

const (
	// idleLife is how long a session lasts after its last use.
	idleLife = 12 * time.Hour
	// maxLife is how long a session lasts in all.
	maxLife = 30 * 24 * time.Hour
	// renewEvery is the least time between two writes of a last use.
	renewEvery = time.Minute
	// codeLife is how long a sign-in link works.
	codeLife = 10 * time.Minute
	// maxPerKey bounds the sessions of a key. A further one ends the session that was unused the longest.
	maxPerKey = 100
	// maxCodes bounds the unused codes of a key. A further one ends the oldest.
	maxCodes = 20
)
