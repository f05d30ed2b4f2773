package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/keyhole-dev/keyhole/deploy/cli"
)

// approvalWait is how long keyhole login waits for its approval.
const approvalWait = 5 * time.Minute

// waiting is a command line that waits for a browser on the same computer. The answer goes to
// loopback. So if a stranger asked for an approval, the answer does not reach the stranger,
// and it works only together with the secret (RFC 8252, RFC 7636).
type waiting struct {
	secret, state string
	listener      net.Listener
	answers       chan url.Values
}

// inBrowser asks a person who is signed in with a browser, and returns the body of CreateSession.
func (c *Login) inBrowser(ctx context.Context, a *cli.App) (cli.Object, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("wait for the browser: %w", err)
	}
	w := &waiting{secret: rand.Text() + rand.Text(), state: rand.Text(), listener: listener, answers: make(chan url.Values, 1)}
	server := &http.Server{Handler: w, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }()
	defer func() { _ = server.Shutdown(context.WithoutCancel(ctx)) }()
	link := w.link(a.Conn.HTTP)
	_, _ = fmt.Fprintf(os.Stderr, "Open this link in a browser on this computer:\n\n  %s\n\nApprove it only if the page shows the code %s.\n", link, codeOf(w.challenge()))
	if !c.NoOpen {
		open(ctx, link)
	}
	ctx, cancel := context.WithTimeout(ctx, approvalWait)
	defer cancel()
	select {
	case <-ctx.Done():
		return nil, errors.New("nobody approved in time: run keyhole login again")
	case answer := <-w.answers:
		if answer.Get("code") == "" {
			return nil, errors.New("the login was not approved in the browser: run keyhole login again")
		}
		return cli.Object{"title": cliTitle, "code": answer.Get("code"), "verifier": w.secret}, nil
	}
}

func (w *waiting) challenge() string {
	sum := sha256.Sum256([]byte(w.secret))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// link returns the address of the console's page that asks the person.
func (w *waiting) link(base string) string {
	_, port, _ := net.SplitHostPort(w.listener.Addr().String())
	query := url.Values{"challenge": {w.challenge()}, "port": {port}, "state": {w.state}}
	return strings.TrimSuffix(base, "/") + "/app/command-line?" + query.Encode()
}

// ServeHTTP takes one answer of the page. It refuses requests without the right state, and
// requests to a host name other than loopback.
func (w *waiting) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	out.Header().Set("Cache-Control", "no-store")
	out.Header().Set("Referrer-Policy", "no-referrer")
	out.Header().Set("Content-Type", "text/plain; charset=utf-8")
	query := r.URL.Query()
	known := subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(w.state)) == 1
	if r.Method != http.MethodGet || r.URL.Path != "/" || r.Host != w.listener.Addr().String() || !known {
		http.Error(out, "This request does not belong to the login in progress. Run keyhole login again.", http.StatusBadRequest)
		return
	}
	select {
	case w.answers <- query:
	default: // it has one
	}
	_, _ = io.WriteString(out, "You can close this page and return to the command line.\n")
}

// letters are the letters of codes. None of them look alike.
const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

// codeOf returns the code that the page shows too, so that a person can compare them: 40 bits of the
// challenge's hash.
func codeOf(challenge string) string {
	sum := sha256.Sum256([]byte(challenge))
	var code strings.Builder
	for i, b := range sum[:8] {
		if i == 4 {
			code.WriteByte('-')
		}
		code.WriteByte(letters[int(b)%len(letters)])
	}
	return code.String()
}

// open opens a link in the person's browser where there is a desktop. The link is printed, too.
func open(ctx context.Context, link string) {
	var command []string
	switch {
	case runtime.GOOS == "darwin":
		command = []string{"open", link}
	case runtime.GOOS == "windows":
		command = []string{"rundll32", "url.dll,FileProtocolHandler", link}
	case os.Getenv("DISPLAY")+os.Getenv("WAYLAND_DISPLAY") != "":
		command = []string{"xdg-open", link}
	default:
		return
	}
	if cmd := exec.CommandContext(ctx, command[0], command[1:]...); cmd.Start() == nil {
		go func() { _ = cmd.Wait() }()
	}
}
