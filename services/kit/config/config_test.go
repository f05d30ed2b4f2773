package config_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/kit/config"
)

type settings struct {
	config.Common
	Database string `help:"URL of the database." default:"sqlite:x.db" redact:""`
	Redis    string `help:"URL of Redis." default:"embedded:"`
	Egress   struct {
		Allow []string `help:"Networks that may be reached."`
	} `embed:"" prefix:"egress-"`
	Timeout time.Duration `help:"Longest run." default:"1m"`
	KeyFile string        `help:"Key, | by path." type:"path"`
}

func parse(t *testing.T, args ...string) (*settings, error) {
	t.Helper()
	var s settings
	return &s, config.Parse("test", "A test.", &s, args)
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Not parallel: it sets variables.
func TestOrder(t *testing.T) {
	file := write(t, "c.yaml", "redis: redis://file\negress:\n  allow: [10.0.0.0/8, 127.0.0.1]\ntimeout: 3s\nlog_level: warn\n")
	t.Setenv("KEYHOLE_REDIS", "redis://env")
	t.Setenv("KEYHOLE_TIMEOUT", "2s")
	s, err := parse(t, "--config", file, "--timeout=1s")
	if err != nil {
		t.Fatal(err)
	}
	if s.Timeout != time.Second || s.Redis != "redis://env" || s.LogLevel != "warn" || s.Database != "sqlite:x.db" {
		t.Errorf("flag, variable, file, default: %+v", s)
	}
	if diff := cmp.Diff([]string{"10.0.0.0/8", "127.0.0.1"}, s.Egress.Allow); diff != "" {
		t.Error(diff)
	}
	t.Setenv("KEYHOLE_CONFIG", file)
	t.Setenv("KEYHOLE_EGRESS_ALLOW", "192.168.0.0/16")
	if s, err = parse(t); err != nil || s.LogLevel != "warn" || len(s.Egress.Allow) != 1 {
		t.Errorf("file named by a variable: %+v, %v", s, err)
	}
}

// Not parallel: it sets variables.
func TestEmptyVariablesAreNone(t *testing.T) {
	t.Setenv("KEYHOLE_LOG_LEVEL", "")
	t.Setenv("KEYHOLE_TIMEOUT", "")
	t.Setenv("KEYHOLE_REDIS", "")
	s, err := parse(t, "--config", write(t, "c.yaml", "redis: redis://file\n"))
	if err != nil || s.LogLevel != "info" || s.Timeout != time.Minute || s.Redis != "redis://file" {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestJSONFile(t *testing.T) {
	t.Parallel()
	s, err := parse(t, "--config="+write(t, "c.json", `{"egress-allow": ["a"], "timeout": "5s"}`))
	if err != nil || s.Timeout != 5*time.Second || len(s.Egress.Allow) != 1 {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestBadFilesAreRefused(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"unknown":        "radis: x\n",
		"unknown nested": "egress:\n  alow: [x]\n",
		"twice":          "egress-allow: [a]\negress:\n  allow: [b]\n",
		"no mapping":     "- a\n- b\n",
		"broken":         "{",
		"wrong type":     "timeout: soon\n",
		"not in enum":    "log-level: loud\n",
	} {
		if s, err := parse(t, "--config", write(t, "c.yaml", text)); err == nil {
			t.Errorf("%s: accepted as %+v", name, s)
		}
	}
	if _, err := parse(t, "--config", "/none"); err == nil {
		t.Error("a missing file is accepted")
	}
	if _, err := parse(t, "--config", write(t, "c.yaml", "")); err != nil {
		t.Errorf("an empty file: %v", err)
	}
}

func TestDumpShowsNoSecret(t *testing.T) {
	t.Parallel()
	s, err := parse(t, "--database", "postgres://u:hunter2@h/d", "--redis", "rediss://u:hunter2@h:1/0?password=hunter2",
		"--egress-allow", "http://u:hunter2@h", "--egress-allow", "10.0.0.0/8", "--key-file", "/etc/key")
	if err != nil {
		t.Fatal(err)
	}
	before := fmt.Sprintf("%+v", *s)
	attr, err := config.Dump("test", s)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	slog.New(slog.NewTextHandler(&b, nil)).Info("start", attr)
	out := b.String()
	if strings.Contains(out, "hunter2") {
		t.Errorf("a secret is shown: %s", out)
	}
	for _, part := range []string{"settings.database=[set]", "rediss://h:1", "10.0.0.0/8", "settings.key-file=/etc/key", "settings.timeout=1m0s"} {
		if !strings.Contains(out, part) {
			t.Errorf("%q is not in %s", part, out)
		}
	}
	if after := fmt.Sprintf("%+v", *s); after != before {
		t.Error("Dump changed the settings")
	}
}

func TestRedact(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"postgres://u:p@h/d?sslmode=x": "postgres://h/d", "sqlite:/a/b.db": "sqlite:/a/b.db", "plain": "plain", "": "",
		"[redis://u:p@h redis://v:q@i]": "[redis://h redis://i]", "a@b": "a@b", "postgres:///d?host=/s&password=p": "postgres:///d",
	} {
		if got := config.Redact(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}
