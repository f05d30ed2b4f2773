package layout_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/telemetry"
)

// The programs print the version that the changelog describes.
func TestVersionIsTheChangelogs(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	newest := regexp.MustCompile(`(?m)^## \[(\d+\.\d+\.\d+)\]`).FindSubmatch(text)
	if newest == nil || string(newest[1]) != telemetry.Version {
		t.Errorf("the newest version of the changelog is %s, the programs print %s", newest, telemetry.Version)
	}
}
