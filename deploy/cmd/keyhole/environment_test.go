package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/services/kit/config"
)

// meaning is the description of a variable by one program.
type meaning struct{ program, flag, words string }

// clause removes what a program adds: "Where visitors reach it; ...".
func clause(help string) string {
	return strings.TrimSpace(regexp.MustCompile(`[;:,.(].*`).ReplaceAllString(help, ""))
}

// documented returns the variables of all programs with settings, from the generated page.
func documented(t *testing.T) map[string][]meaning {
	t.Helper()
	page, err := os.ReadFile("../../../docs/operate/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile("^\\| `--(\\S+)` \\| `(\\S+)` \\| [^|]* \\| (.*) \\|$")
	found, program := map[string][]meaning{}, ""
	for line := range strings.Lines(string(page)) {
		line = strings.TrimSpace(line)
		if title, ok := strings.CutPrefix(line, "## "); ok {
			program = title
		}
		if m := row.FindStringSubmatch(line); m != nil {
			found[m[2]] = append(found[m[2]], meaning{program, m[1], clause(m[3])})
		}
	}
	return found
}

// clients are the variables of this program's other commands.
func clients(t *testing.T) map[string][]meaning {
	t.Helper()
	parser, err := newParser(&commands{}, &cli.App{}, []string{"serve"}) // where kong lists variables
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]meaning{}
	err = kong.Visit(parser.Model.Node, func(v kong.Visitable, next kong.Next) error {
		node, ok := v.(*kong.Node)
		if !ok || node.Name == "serve" {
			return nil
		}
		for _, f := range node.Flags {
			for _, env := range f.Envs {
				found[env] = append(found[env], meaning{node.FullPath(), f.Name, clause(f.Help)})
			}
		}
		return next(nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestNoVariableHasTwoMeanings(t *testing.T) {
	t.Parallel()
	all := documented(t)
	if len(all) < 20 {
		t.Fatalf("docs/operate/configuration.md has %d variables", len(all))
	}
	var own []string
	for env, meanings := range clients(t) {
		own = append(own, env)
		all[env] = append(all[env], meanings...)
	}
	for env, meanings := range all {
		for _, m := range meanings[1:] {
			if first := meanings[0]; m.flag != first.flag || m.words != first.words {
				t.Errorf("%s is two things:\n  %s --%s: %s\n  %s --%s: %s", env, first.program, first.flag, first.words, m.program, m.flag, m.words)
			}
		}
	}
	slices.Sort(own)
	if want := []string{"KEYHOLE_API_KEY", "KEYHOLE_HTTP", "KEYHOLE_JSON", "KEYHOLE_KEY_FILE", "KEYHOLE_LINK_PASS", "KEYHOLE_WORKSPACE"}; !slices.Equal(own, want) {
		t.Errorf("the client's variables are %v, not %v", own, want)
	}
}

// Not parallel: it sets variables.
func TestVariables(t *testing.T) {
	for name, value := range map[string]string{
		"KEYHOLE_KEY_FILE": "", "KEYHOLE_GUEST_RUNS": "", "KEYHOLE_RUNS": "64", "KEYHOLE_TITLE": "x", "KEYHOLE_WORKSPACE": "acme", "KEYHOLE_DATA": "/d",
	} {
		t.Setenv(name, value)
	}
	config.DropEmpty()
	parse := func(args ...string) *commands {
		t.Helper()
		var c commands
		parser, err := newParser(&c, &cli.App{}, args)
		if err == nil {
			_, err = parser.Parse(args)
		}
		if err != nil {
			t.Errorf("keyhole %v: %v", args, err)
		}
		return &c
	}
	if c := parse("serve"); c.Serve.GuestRuns != 50 || c.Serve.Data != "/d" {
		t.Errorf("serve: %d runs of a guest, data in %q", c.Serve.GuestRuns, c.Serve.Data)
	}
	t.Setenv("KEYHOLE_CONFIG", "/none")
	if c := parse("share", "create", "read"); c.Share.Create.Runs != nil || c.Share.Create.Title != nil || c.Share.Workspace != "acme" {
		t.Errorf("share create: %+v", c.Share)
	}
	if _, err := newParser(&commands{}, &cli.App{}, []string{"--help", "serve"}); err == nil {
		t.Error("serve with a settings file that is not there")
	}
}
