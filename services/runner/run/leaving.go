package run

import (
	"fmt"
	"sync"

	"google.golang.org/protobuf/encoding/protojson"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
)

// maxLeaving bounds the texts that the vault judges, in bytes. Larger outputs do not leave a run that
// is judged.
const maxLeaving = 24 << 20

// ownPictures are the pictures that this run encoded itself. They need no judgement: their bytes do
// not contain a provider's answer.
type ownPictures struct {
	mu    sync.Mutex // guards texts while steps run; after them without only reads
	texts map[string]bool
}

func (d *ownPictures) add(text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.texts == nil {
		d.texts = map[string]bool{}
	}
	d.texts[text] = true
}

// isJudged reports whether the vault must judge the texts that leave the run: a stranger reads them,
// and the run made calls with credentials. The vault knows whose credentials these were.
func (r *run) isJudged() bool { return r.allowed.GetPreview() && r.ledger.MadeCalls() }

// leaving returns all text that would leave the run: for an error everything that the caller gets,
// for outputs everything but the run's own pictures. The call that ends the run sends it to the
// vault, before the caller sees a byte.
func (r *run) leaving(outputs []map[string]any, failure *errs.Error) ([][]byte, *errs.Error) {
	if failure == nil {
		text, err := r.outputText(outputs)
		if err == nil && len(text) <= maxLeaving {
			return [][]byte{text}, nil
		}
		failure = errs.ResourceExhausted(errorsv1.Reason_REASON_RESULT_TOO_LARGE,
			"the texts of the result are larger than %d MiB; send smaller inputs, or leave out outputs", maxLeaving>>20)
		if err != nil {
			failure = errs.From(err)
		}
	}
	text, err := protojson.Marshal(errs.Status(failure).Proto())
	if err != nil { // an error without a text cannot be judged
		failure = errs.Internal("the run failed, and the reason cannot be shown")
		text = []byte(failure.Message())
	}
	return [][]byte{text}, failure
}

func (r *run) outputText(outputs []map[string]any) ([]byte, error) {
	texts := make([]any, len(outputs))
	for i, one := range outputs {
		texts[i] = r.drawn.without(one)
	}
	text, err := document.Marshal(texts)
	if err != nil {
		return nil, fmt.Errorf("write outputs: %w", err)
	}
	return text, nil
}

// without returns a value without the run's own pictures.
func (d *ownPictures) without(v any) any {
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
