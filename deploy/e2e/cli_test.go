package e2e_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// shell is a person at a terminal with the command-line client.
type shell struct {
	dir, base, keyFile string
}

// shell returns a terminal of the workspace's owner.
func (w *tenant) shell(t testing.TB) *shell {
	t.Helper()
	s := &shell{dir: t.TempDir(), base: w.in.base}
	s.keyFile = s.file(t, "owner.key", w.key)
	return s
}

func (s *shell) file(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (s *shell) try(t testing.TB, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), built(t, "keyhole"), args...)
	cmd.Dir = s.dir
	cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + s.dir, "KEYHOLE_HTTP=" + s.base}
	if s.keyFile != "" {
		cmd.Env = append(cmd.Env, "KEYHOLE_KEY_FILE="+s.keyFile)
	}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// keyhole runs a command that succeeds.
func (s *shell) keyhole(t testing.TB, args ...string) string {
	t.Helper()
	out, err := s.try(t, args...)
	if err != nil {
		t.Fatalf("keyhole %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// refused runs a command that fails, and returns its error text.
func (s *shell) refused(t testing.TB, says string, args ...string) {
	t.Helper()
	if out, err := s.try(t, args...); err == nil || !strings.Contains(out, says) {
		t.Errorf("keyhole %s: %v, %s; want %q", strings.Join(args, " "), err, out, says)
	}
}

// names uses the values of the NAME columns unchanged in other commands.
func names(t *testing.T, in *installation) {
	w, other := in.tenant(t), in.tenant(t)
	w.workflow(t, "named", plain())
	s := w.shell(t)
	name := func(args ...string) string {
		var one object
		if err := json.Unmarshal([]byte(s.keyhole(t, append(args, "--json")...)), &one); err != nil {
			t.Fatal(err)
		}
		text, _ := one["name"].(string)
		return text
	}
	share := name("share", "create", w.name+"/workflows/named")
	short := strings.NewReplacer(w.name+"/workflows/", "", "/shares", "").Replace(share)
	for form, state := range map[string]string{share: "paused", short: "paused", strings.TrimPrefix(share, w.name+"/"): "paused"} {
		if out := s.keyhole(t, "share", "pause", form); !strings.Contains(out, state) {
			t.Errorf("pause %s: %s", form, out)
		}
		s.keyhole(t, "share", "resume", form)
	}
	if table := s.keyhole(t, "share", "list", w.name+"/workflows/named"); !strings.Contains(table, short) {
		t.Errorf("%s is not in\n%s", short, table)
	}
	s.keyhole(t, "workflow", "get", w.name+"/workflows/named")
	s.keyhole(t, "workflow", "run", w.name+"/workflows/named")
	s.keyhole(t, "key", "revoke", name("key", "create", "--title", "to be revoked"))
	s.refused(t, "is a key, not a share", "share", "pause", w.keyName)
	s.refused(t, "is a share, not a link", "share", "view", share)
	s.refused(t, "not found in this key's workspace", "workflow", "get", other.name+"/workflows/named") // a name keeps its workspace
}
