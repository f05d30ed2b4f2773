package run

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sync"

	"google.golang.org/protobuf/encoding/protojson"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// maxLeaving bounds what is sent to be judged, in bytes. Outputs whose texts are larger
// do not leave a run that is judged.
const maxLeaving = 24 << 20

// drawn are the pictures that this run has encoded itself. They need not be judged: a
// provider's answer is not in their bytes.
type drawn struct {
	mu    sync.Mutex
	texts map[string]bool
}

func (d *drawn) add(text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.texts == nil {
		d.texts = map[string]bool{}
	}
	d.texts[text] = true
}

// isJudged reports whether what the run has to say must be judged: it goes to a stranger,
// and calls were made with credentials. Whose they were the vault knows.
func (r *run) isJudged() bool { return r.allowed.GetPreview() && r.ledger.MadeCalls() }

// leaving is all the text that is to leave the run: of an error everything that the
// caller gets, of outputs what is not a picture of the run's own. It is sent to the
// vault with the call that ends the run, before the caller sees a byte.
func (r *run) leaving(outputs []map[string]any, failure *errs.Error) ([][]byte, *errs.Error) {
	if failure == nil {
		text, err := r.outputText(outputs)
		if err == nil && len(text) <= maxLeaving {
			return [][]byte{text}, nil
		}
		failure = errs.ResourceExhausted(errorsv1.Reason_REASON_RESULT_TOO_LARGE,
			"the texts of the result are larger than %d MiB", maxLeaving>>20)
		if err != nil {
			failure = errs.From(err)
		}
	}
	text, err := protojson.Marshal(errs.Status(failure).Proto())
	if err != nil { // what cannot be read cannot be judged
		failure = errs.Internal(errorsv1.Reason_REASON_INTERNAL, "the run failed, and why cannot be told")
		text = []byte(failure.Message())
	}
	return [][]byte{text}, failure
}

func (r *run) outputText(outputs []map[string]any) ([]byte, error) {
	texts := make([]any, len(outputs))
	for i, one := range outputs {
		texts[i] = r.drawn.without(one)
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(texts); err != nil {
		return nil, fmt.Errorf("write outputs: %w", err)
	}
	return b.Bytes(), nil
}

// without is a value without the pictures of the run's own.
func (d *drawn) without(v any) any {
	switch v := v.(type) {
	case string:
		if d.texts[v] {
			return ""
		}
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = d.without(item)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, item := range v {
			out[key] = d.without(item)
		}
		return out
	}
	return v
}
