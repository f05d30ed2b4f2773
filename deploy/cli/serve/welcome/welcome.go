package welcome

import (
	"fmt"
	"io"

	"github.com/keyhole-dev/keyhole/deploy/demo"
)

// Print prints what exists and what to try. Only the first start shows the key, because
// nothing stores it.
func Print(out io.Writer, base, token, key, signIn, photo string) error {
	text := "\nKeyhole is ready: " + base + "\n"
	if key != "" {
		text += "\n  owner key of workspace demo (shown once): " + key + "\n"
	}
	if signIn != "" {
		text += "\n  sign in as its owner (works once, for ten minutes; also with bin/keyhole login): " + signIn + "\n"
	}
	text += fmt.Sprintf("\n  the demo's link: %s/s/%s\n  its JSON view:   curl %s/v1/shared/%s\n\nTry it on a photograph:\n\n%s\n\nor: bin/keyhole share run %s/s/%s -i image=@%s --save out\n\n",
		base, token, base, token, demo.Try(base, token, photo), base, token, photo) // the whole link, because a token may start like a flag
	_, err := io.WriteString(out, text)
	return err
}
