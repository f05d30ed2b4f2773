package manifest

import (
	"strconv"
	"strings"
)

// version is a release number, padded to three parts.
type version [3]int

func parseVersion(s string) (version, bool) {
	var v version
	parts := strings.Split(strings.TrimSpace(s), ".")
	if len(parts) > len(v) {
		return v, false
	}
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 10, 16)
		if err != nil {
			return v, false
		}
		v[i] = int(n)
	}
	return v, true
}

func (v version) compare(o version) int {
	for i := range v {
		if v[i] != o[i] {
			return v[i] - o[i]
		}
	}
	return 0
}

// compatible reports whether EngineVersion satisfies a specifier: comma-separated
// comparisons, all of which must hold. Nothing satisfies an unreadable specifier.
func compatible(specifier string) bool {
	if specifier == "" {
		return true
	}
	engine, _ := parseVersion(EngineVersion)
	for clause := range strings.SplitSeq(specifier, ",") {
		if !holds(engine, strings.TrimSpace(clause)) {
			return false
		}
	}
	return true
}

func holds(engine version, clause string) bool {
	for _, op := range []string{">=", "<=", "==", "!=", ">", "<"} {
		rest, ok := strings.CutPrefix(clause, op)
		if !ok {
			continue
		}
		wanted, ok := parseVersion(rest)
		if !ok {
			return false
		}
		return compareWith(engine.compare(wanted), op)
	}
	return false
}

func compareWith(c int, op string) bool {
	switch op {
	case ">=":
		return c >= 0
	case "<=":
		return c <= 0
	case "==":
		return c == 0
	case "!=":
		return c != 0
	case ">":
		return c > 0
	default:
		return c < 0
	}
}

// Serves reports whether the engine can run documents of that version: it is at least that
// version, within the same major version. ok is false when the version is unreadable.
func Serves(requested string) (serves, ok bool) {
	wanted, ok := parseVersion(requested)
	if !ok {
		return false, false
	}
	engine, _ := parseVersion(EngineVersion)
	return engine.compare(wanted) >= 0 && engine[0] == wanted[0], true
}

// EngineVersion is the version of the execution engine whose language this is.
const EngineVersion = "1.15.0"
