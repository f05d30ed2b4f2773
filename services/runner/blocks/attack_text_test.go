package blocks_test

import (
	"image"
	"runtime"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
	"github.com/keyhole-dev/keyhole/services/runner/blocks"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/blocktest"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// TestAttackTextsThatGrow fills a long value into a short text thousands of times. The text is
// refused before it is made. It is not parallel, because it counts the bytes of the process.
func TestAttackTextsThatGrow(t *testing.T) {
	a := attack.New(t, "A13", "texts that name a long value thousands of times")
	text, long := strings.Repeat("{{ $parameters.a }}", 5000), strings.Repeat("x", 100_000)
	picture := blocktest.Picture(value.NewImage(image.NewGray(image.Rect(0, 0, 8, 8)), "p"))
	for block, fields := range map[string]map[string]any{
		"text_display@v1": {"image": picture, "text": text, "text_parameters": map[string]any{"a": long}},
		"openai_compatible@v1": {
			"base_url": "https://llm.example.com/v1", "model_name": "m", "prompt": text, "prompt_parameters": map[string]any{"a": long},
		},
		"string_template@v1": {"template": strings.Repeat("{a}", 5000), "data": map[string]any{"a": long}},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := blocktest.Run(t, blocks.All(), block, fields)
		runtime.ReadMemStats(&after)
		took := (after.TotalAlloc - before.TotalAlloc) >> 20
		a.Attempt(err != nil && strings.Contains(err.Error(), "longer") && took < 100, "%s takes %d MiB and says %v", block, took, err)
	}
}
