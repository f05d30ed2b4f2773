package share

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/cli/name"
	"github.com/keyhole-dev/keyhole/deploy/client"
)

// Target is the link of a command.
type Target struct {
	Link string `arg:"" help:"Link or its token."`
	Pass string `help:"Pass of a link with a gate, as share unlock prints it. Prefer the variable: other users of this machine can see flags." env:"KEYHOLE_LINK_PASS"`
}

// path returns the path of the shared workflow.
func (l Target) path() (string, error) {
	text := strings.TrimSpace(l.Link)
	if n, err := name.Share.Parse(text); err == nil && n.Workspace != "" {
		return "", fmt.Errorf("%q is a share, not a link: keyhole share list prints the token of its link", text)
	}
	return "/v1/shared/" + url.PathEscape(tokenIn(text)), nil
}

// at makes the client and returns the path of the shared workflow.
func (l Target) at(a *cli.App) (*client.Client, string, error) {
	path, err := l.path()
	if err != nil {
		return nil, "", err
	}
	cl, err := a.Conn.Client()
	if err != nil {
		return nil, "", err
	}
	return cl.WithPass(l.Pass), path, nil
}

// inToken matches the characters of a token.
var inToken = regexp.MustCompile(`[A-Za-z0-9_-]+`)

// tokenIn finds the token in pasted text: after "/s/" or "/embed/", or from the start, up to
// the first character that no token contains.
func tokenIn(text string) string {
	for _, page := range []string{"/s/", "/embed/", "/shared/"} {
		if _, token, found := strings.Cut(text, page); found {
			text = token
			break
		}
	}
	if found := inToken.FindString(text); found != "" {
		return found
	}
	return text
}
