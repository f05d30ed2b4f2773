package provider_test

import (
	"image"
	"runtime"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// TestAttackPicturesThatRepeat names one picture hundreds of times in one prompt. It is not
// parallel, because it counts the bytes of the process.
func TestAttackPicturesThatRepeat(t *testing.T) {
	a := attack.New(t, "A13", "a prompt that names one picture hundreds of times")
	pixels := image.NewRGBA(image.Rect(0, 0, 1500, 1500))
	for i, random := 0, uint32(1); i < len(pixels.Pix); i++ {
		random = random*1664525 + 1013904223
		pixels.Pix[i] = byte(random >> 24)
	}
	pictures := make([]any, 300)
	for i := range pictures {
		pictures[i] = value.NewImage(pixels, "p")
	}
	o := &out{server: newServer(t)}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := run(t, o, compatible, map[string]any{"prompt": "hello"}, compatibleArgs(map[string]any{"prompt_parameters": map[string]any{"a": pictures}}))
	runtime.ReadMemStats(&after)
	took := (after.TotalAlloc - before.TotalAlloc) >> 20
	a.Attempt(err != nil && strings.Contains(err.Error(), "larger than 48 MiB") && took < 600 && o.server.requests() == 0, "it takes %d MiB and says %v", took, err)
}
