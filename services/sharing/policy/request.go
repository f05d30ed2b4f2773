package policy

import (
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
)

// request is what the runner says of a run. It has the names of the inputs, and no values
// but those that decide models.
type request = *sharinginternalv1.AuthorizeRunRequest
