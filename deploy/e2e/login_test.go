package e2e_test

import (
	"bufio"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// browserLogin signs the command line in through a browser that is signed in. No other site
// approves in the person's name, no other page answers, and the end of the browser's session
// ends that of the command line.
func (s *shell) browserLogin(t *testing.T, w *tenant) {
	b := w.in.signIn(t, "key", w.key)
	w.in.planted.add(session, b.cookie)
	at := &shell{dir: t.TempDir(), base: s.base}
	link, done := at.login(t)
	approve := func(header ...string) reply {
		return b.call(t, http.MethodPost, "/v1/sessions:approve", object{"challenge": link.Get("challenge")}, header...)
	}
	for _, site := range []string{"cross-site", "same-site"} {
		got := approve("Sec-Fetch-Site", site, "Origin", "https://evil.example", "Cookie", "__Host-keyhole="+b.cookie)
		if got.status != http.StatusUnauthorized && got.status != http.StatusForbidden {
			t.Errorf("a %s page approves: %s", site, got)
		}
	}
	got := approve(b.page()...)
	if got.status != http.StatusOK {
		t.Fatalf("the approval: %s", got)
	}
	code, here := got.text("code"), "127.0.0.1:"+link.Get("port")
	for host, state := range map[string]string{here: "someone-elses-state", "evil.example:" + link.Get("port"): link.Get("state")} {
		if got := answer(t, here, host, code, state); got != http.StatusBadRequest {
			t.Errorf("an answer that is not the page's: %d", got)
		}
	}
	if got := answer(t, here, here, code, link.Get("state")); got != http.StatusOK {
		t.Fatalf("the page's answer: %d", got)
	}
	if err := <-done; err != nil {
		t.Fatalf("keyhole login --browser: %v", err)
	}
	at.wants(t, says{"member", "ses_"}, "whoami")
	if info, err := os.Stat(filepath.Join(at.dir, ".config", "keyhole", "sessions.json")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file of sessions: %v %v", info, err)
	}
	out := b.call(t, http.MethodPost, "/app/sign-out", nil, b.page()...)
	if out.status != http.StatusOK {
		t.Fatalf("sign-out: %s", out)
	}
	eventually(t, limit, "the command line is signed out", func() bool { _, err := at.try(t, "session", "list"); return err != nil })
}

// login starts keyhole login and returns the query of the link that it prints.
func (s *shell) login(t *testing.T) (url.Values, <-chan error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), built(t, "keyhole"), "login", "--browser", "--no-open")
	cmd.Dir, cmd.Env = s.dir, []string{"PATH=/usr/bin:/bin", "HOME=" + s.dir, "KEYHOLE_HTTP=" + s.base}
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		if at, err := url.Parse(strings.TrimSpace(lines.Text())); err == nil && at.Path == "/app/command-line" {
			done := make(chan error, 1)
			go func() {
				_, _ = io.Copy(io.Discard, said)
				done <- cmd.Wait()
			}()
			return at.Query(), done
		}
	}
	t.Fatal("keyhole login printed no link")
	return nil, nil
}

// answer sends what the page sends the browser to, and returns the status.
func answer(t *testing.T, addr, host, code, state string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+addr+"/?"+url.Values{"code": {code}, "state": {state}}.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = host
	got, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = got.Body.Close()
	return got.StatusCode
}
