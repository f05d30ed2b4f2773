package signedin

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// sessionFile is the path of the sessions that keyhole login keeps, by the URL of their installation: a session of
// one installation is never sent to another.
func sessionFile() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find the folder for settings: %w", err)
	}
	return filepath.Join(dir, "keyhole", "sessions.json"), nil
}

// installationOf is how the file names an installation.
func installationOf(base string) string { return strings.TrimSuffix(strings.ToLower(base), "/") }

// read reads the file. It refuses one that other users of the machine can read.
func read() (map[string]string, error) {
	kept := map[string]string{}
	path, err := sessionFile()
	if err != nil {
		return kept, nil //nolint:nilerr // without a home there is no session
	}
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return kept, nil
	case err != nil:
		return nil, fmt.Errorf("find sessions: %w", err)
	case !info.Mode().IsRegular(), runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return nil, fmt.Errorf("other users of this machine can read your sessions: delete %s, and sign in again with keyhole login", path)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	if err := json.Unmarshal(raw, &kept); err != nil { // the cause could quote a session
		return nil, fmt.Errorf("%s is damaged: delete it, and sign in again with keyhole login", path)
	}
	return kept, nil
}

// Session is the kept session of an installation; "" if there is none.
func Session(base string) (string, error) {
	kept, err := read()
	return kept[installationOf(base)], err
}

// Keep keeps the session of an installation; "" forgets it. The rename makes the file appear whole.
func Keep(base, token string) error {
	kept, err := read()
	if err != nil {
		return err
	}
	if kept[installationOf(base)] = token; token == "" {
		delete(kept, installationOf(base))
	}
	path, err := sessionFile()
	if err != nil {
		return err
	}
	raw, err := json.Marshal(kept)
	if err != nil {
		return fmt.Errorf("write sessions: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make the folder for sessions: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".sessions-*") // mode 0600
	if err != nil {
		return fmt.Errorf("write sessions: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(raw)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write sessions: %w", err)
	}
	return os.Rename(f.Name(), path)
}
