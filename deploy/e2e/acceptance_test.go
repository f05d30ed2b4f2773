package e2e_test

import (
	"net"
	"os/exec"
	"path/filepath"
	"testing"
)

// acceptance runs the walk that the project is accepted with, where it lies
// beside the project.
func acceptance(t *testing.T, in *installation) {
	walk, err := filepath.Abs("../../../shared/acceptance/walk.py")
	if err != nil {
		t.Fatal(err)
	}
	python, err := exec.LookPath("python3")
	if matches, _ := filepath.Glob(walk); err != nil || len(matches) == 0 {
		t.Logf("not run: it needs %s and python3 (%v)", walk, err)
		return
	}
	_, port, err := net.SplitHostPort(freeAddr(t))
	if err != nil {
		t.Fatal(err)
	}
	args := []string{walk, "--base", in.base, "--operator-key-file", filepath.Join(in.dir, "operator.key"), "--provider-port", port}
	if photo := "../../../shared/photos/scenetext01.jpg"; len(glob(photo)) > 0 {
		args = append(args, "--photo", photo)
	}
	out, err := exec.CommandContext(t.Context(), python, args...).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func glob(pattern string) []string {
	found, _ := filepath.Glob(pattern)
	return found
}
