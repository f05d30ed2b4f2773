package manifest_test

import (
	"testing"

	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// BenchmarkCore is a part of every program's start.
func BenchmarkCore(b *testing.B) {
	for b.Loop() {
		manifest.Core()
	}
}
