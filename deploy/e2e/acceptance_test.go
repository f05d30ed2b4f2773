package e2e_test

import (
	"net"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// acceptance runs the script that the project is accepted with.
func acceptance(t *testing.T, in *installation) {
	walk, photo := testkit.Shared(t, "acceptance/walk.py"), testkit.Shared(t, "photos/scenetext01.jpg")
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(freeAddr(t))
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), python, walk, "--base", in.base, "--provider-port", port, "--photo", photo,
		"--operator-key-file", filepath.Join(in.dir, "operator.key")).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
