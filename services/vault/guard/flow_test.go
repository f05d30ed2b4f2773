package guard

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// flows are providers' streams, one event at a time.
func flows(rnd *rand.Rand) map[string]func(i int, word string) string {
	id := draw(rnd, alnum, 29)
	random := func(n int) string { return draw(rnd, alnum, n) }
	const choice = "\"choices\":[{\"index\":0,\"delta\":{\"content\":%s}}]"
	event := func(before, after string) string { return "data: {" + before + choice + after + "}\n\n" }
	return map[string]func(i int, word string) string{
		"one id":         func(_ int, w string) string { return fmt.Sprintf(event("\"id\":\"chatcmpl-"+id+"\",", ""), quoted(w)) },
		"an id for each": func(_ int, w string) string { return fmt.Sprintf(event("\"id\":\""+random(36)+"\",", ""), quoted(w)) },
		"a model": func(_ int, w string) string {
			return fmt.Sprintf(event("\"model\":\"gpt-4o-2024-08-06\",\"system_fingerprint\":\"fp_44709d6fcb\",", ""), quoted(w))
		},
		"padding": func(_ int, w string) string {
			return fmt.Sprintf(event("", ",\"obfuscation\":\""+random(9)+"\""), quoted(w))
		},
		"numbers": func(i int, w string) string {
			return fmt.Sprintf(event(fmt.Sprintf("\"created\":1700000000,\"sequence_number\":%d,\"output_index\":0,", i), ""), quoted(w))
		},
		"bytes": func(_ int, w string) string {
			return fmt.Sprintf(event("", fmt.Sprintf(",\"logprobs\":[{\"token\":%s,\"logprob\":-0.12,\"bytes\":[%d,%d]}]", quoted(w), w[0], w[1])), quoted(w))
		},
		"lines": func(i int, w string) string {
			return fmt.Sprintf("{\"model\":\"llama3.1\",\"created_at\":\"2024-07-22T20:33:28.%06dZ\",\"message\":{\"content\":%s},\"done\":false}\n", i, quoted(w))
		},
		"an array": func(i int, w string) string {
			return strings.Repeat("[", 1-min(i, 1)) + strings.Repeat(",", min(i, 1)) + "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":" + quoted(w) + "}]},\"index\":0}],\"modelVersion\":\"gemini-1.5-pro-002\"}\n"
		},
		"text":  func(_ int, w string) string { return w },
		"code":  func(i int, w string) string { return strings.Repeat("func main() { ", 1-min(i, 1)) + w },
		"quote": func(i int, w string) string { return strings.Repeat("x = {\"", 1-min(i, 1)) + w },
	}
}

// IDs, padding, numbers and unclosed brackets do not hold a stream back.
func TestStreamsFlow(t *testing.T) {
	t.Parallel()
	const most = 10 << 10 // bytes
	rnd := rand.New(rand.NewPCG(71, 72))
	words := strings.Fields(strings.Repeat("The quick brown fox jumps over the lazy dog and 42 other animals in 2024. ", 60))
	for _, k := range attackKeys(71) {
		set := mustSet(t, k.secret)
		for name, as := range flows(rnd) {
			st := newStream(set, Options{})
			sent, out, held := 0, 0, 0
			for i, w := range words {
				e := as(i, " "+w)
				st.push([]byte(e))
				free, err := st.free()
				if err != nil {
					t.Fatalf("%s, %s: %v", k.name, name, err)
				}
				sent, out = sent+len(e), out+len(free)
				held = max(held, sent-out)
			}
			if held > most {
				t.Errorf("%s, %s: up to %d bytes wait, %d at the end", k.name, name, held, sent-out)
			}
		}
	}
}
