//go:build cgo

package main

import (
	"fmt"
	"strings"

	"github.com/keyhole-dev/keyhole/services/modelworker/wire"
)

// maxLearned bounds the entries of one session. Lines of text come in few widths, so it is
// rarely reached. When it is, all entries are dropped.
const maxLearned = 64

// learned maps the shapes of inputs to the shapes of the outputs of an earlier run.
type learned struct {
	outputs map[string][]wire.Tensor
	off     bool
}

func shapesOf(inputs []wire.Tensor) string {
	var b strings.Builder
	for _, t := range inputs {
		fmt.Fprintf(&b, "%s%s%v", t.Name, t.Type, t.Shape)
	}
	return b.String()
}

func (l *learned) get(shapes string) ([]wire.Tensor, bool) {
	outputs, ok := l.outputs[shapes]
	return outputs, ok
}

// put records outputs whose memory can be reserved before a run. An output without elements
// cannot.
func (l *learned) put(shapes string, outputs []wire.Tensor) {
	if l.off {
		return
	}
	for _, t := range outputs {
		if n, err := t.Bytes(); err != nil || n == 0 || len(t.Shape) == 0 {
			return
		}
	}
	if l.outputs == nil || len(l.outputs) >= maxLearned {
		l.outputs = map[string][]wire.Tensor{}
	}
	l.outputs[shapes] = outputs
}

func (l *learned) never() { l.off, l.outputs = true, nil }
