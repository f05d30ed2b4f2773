package model

import (
	"fmt"
	"os"

	"github.com/keyhole-dev/keyhole/deploy/cli/show"
)

// uploadProgress shows on a terminal how much of a file was sent; elsewhere it is nil. It
// writes at each percent, because a write for each buffer would slow the upload.
func uploadProgress() func(sent, size int64) {
	if !show.IsTerminal(os.Stderr) {
		return nil
	}
	last := int64(-1)
	return func(sent, size int64) {
		percent := int64(100)
		if size > 0 {
			percent = min(100, 100*sent/size)
		}
		if percent == last {
			return
		}
		last = percent
		end := ""
		if percent == 100 {
			end = "; checking the model\n"
		}
		_, _ = fmt.Fprintf(os.Stderr, "\rUploading: %d %% of %.1f MB%s", percent, float64(size)/1e6, end)
	}
}
