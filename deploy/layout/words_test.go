package layout_test

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// retired are words and phrases that a reader has to read twice. CONTRIBUTING.md lists
// replacements. Readers of the code are engineers, and may not be native speakers.
var retired = regexp.MustCompile(`(?i)\b(` + strings.Join([]string{
	`who(so)?ever`, `anew`, `beside`, `for ever`, `by itself`, `of theirs`, `wherefore`, `thus`, `hence`, `whence`, `thence`,
	`hitherto`, `there(of|by|in|upon)`, `here(of|by|in)`, `whilst`, `lest`, `unto`, `upon`, `shall`, `forthwith`,
	`br(ing|ings|ought|inging) along`, `leads? nowhere`, `(is|are|was|were) told`, `goes by`, `what (is|was) [a-z]+ (is|was)`,
	`(internal|public) face`, `not before [a-z' ]+ (does|is|has|may|can)`,
	`for good`, `all the same`, `save for`, `(is|are) to be`, `anew`, `thenceforth`, `inasmuch`, `insofar`, `albeit`,
	`what (it|he|she|they) (is|are|was|were) called`, `goes on`, `at once`,
}, "|") + `)\b`)

// nor may follow only neither: write "not printed or logged" for "not printed nor logged".
var (
	nor     = regexp.MustCompile(`(?i)(^|[^\\\w])nor\b`)
	neither = regexp.MustCompile(`(?i)\bneither\b`)
)

// kept are texts by others, texts that cannot change, and texts that show the words.
var kept = []string{
	"LICENSE", "*.LICENSE", "OFL.txt", "english.txt", "*.sum", // the words of others
	"services/*/migrations/*.sql", // a migration that has landed never changes
	"proto/third_party/*", "*/gen/*", "gateway/web/package-lock.json",
	"CONTRIBUTING.md",                // its page of style has them as examples
	"deploy/layout/words_test.go",    // this file
	"services/vault/guard/*_test.go", // texts of keys and passphrases
	"services/kit/leak/*_test.go",    // the same
}

// written are the kinds of files that people read.
var written = []string{".go", ".proto", ".md", ".ts", ".tsx", ".css", ".html", ".sh", ".yaml", ".yml", ".txt", ".sql", "Makefile"}

func isKept(file string) bool {
	return slices.ContainsFunc(kept, func(pattern string) bool {
		if dir, ok := strings.CutSuffix(pattern, "/*"); ok {
			return strings.HasPrefix(file, strings.TrimPrefix(dir, "*/")+"/") || strings.HasPrefix(dir, "*/") && strings.Contains(file, dir[1:]+"/")
		}
		whole, _ := path.Match(pattern, file)
		name, _ := path.Match(pattern, path.Base(file))
		return whole || name
	})
}

func isWritten(file string) bool {
	return slices.ContainsFunc(written, func(end string) bool { return strings.HasSuffix(file, end) })
}

func TestPlainWords(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "git", "ls-files", "--cached", "--others", "--exclude-standard")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for file := range strings.FieldsSeq(string(out)) {
		if !isWritten(file) || isKept(file) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, file))
		if os.IsNotExist(err) {
			continue // it was deleted and that is not committed
		}
		if err != nil {
			t.Fatal(err)
		}
		checkWords(t, file, string(text))
	}
}

func checkWords(t *testing.T, file, text string) {
	t.Helper()
	for number, line := range strings.Split(text, "\n") {
		if word := retired.FindString(line); word != "" {
			t.Errorf("%s:%d: %q is retired (see CONTRIBUTING.md): %s", file, number+1, word, strings.TrimSpace(line))
		}
	}
	for _, at := range nor.FindAllStringIndex(text, -1) {
		if !neither.MatchString(text[max(0, at[0]-300):at[0]]) {
			t.Errorf(`%s:%d: "nor" without "neither": write "or"`, file, 1+strings.Count(text[:at[0]], "\n"))
		}
	}
}
