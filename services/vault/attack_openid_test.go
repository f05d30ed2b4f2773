package vault_test

import (
	"net/http"
	"time"
)

// broken answers everything with a status.
func broken(status int) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool {
		http.Error(w, "broken", status)
		return true
	}
}

var _ = time.Now
