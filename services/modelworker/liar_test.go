package modelworker_test

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/modelworker/wire"
	"github.com/keyhole-dev/keyhole/services/modelworker/workertest"
)

// lying is a library folder. With it this test binary acts as a worker that a model has taken
// over.
const lying = "/lying/"

func TestMain(m *testing.M) {
	for i, arg := range os.Args {
		if arg == "-library" && strings.HasPrefix(os.Args[i+1], lying) {
			lie(strings.TrimPrefix(os.Args[i+1], lying))
			os.Exit(0)
		}
	}
	os.Exit(m.Run())
}

// lies are the false answers to a run.
var lies = map[string]wire.Reply{
	"outputs outside":    {Outputs: []wire.Tensor{{Type: wire.Float32, Shape: []int64{4}, Offset: 1 << 40}}},
	"outputs before":     {Outputs: []wire.Tensor{{Type: wire.Float32, Shape: []int64{4}, Offset: -64}}},
	"outputs too large":  {Outputs: []wire.Tensor{{Type: wire.Float32, Shape: []int64{math.MaxInt64, 4}}}},
	"outputs unaligned":  {Outputs: []wire.Tensor{{Type: wire.Float32, Shape: []int64{4}, Offset: 3}}},
	"a type of its own":  {Outputs: []wire.Tensor{{Type: "void", Shape: []int64{4}}}},
	"too many outputs":   {Outputs: make([]wire.Tensor, wire.MaxTensors+1)},
	"another's answer":   {ID: 1 << 50},
	"nothing more said":  {},
	"a lie about itself": {Outcome: "rooted"},
}

func lie(kind string) {
	conn := wire.NewConn(3)
	for {
		req, _, err := conn.Receive()
		if err != nil {
			return
		}
		reply := lies[kind]
		if req.Op == wire.Arena {
			reply = wire.Reply{}
		}
		if reply.Outcome == "" {
			reply.Outcome = wire.OK
		}
		if reply.ID == 0 {
			reply.ID = req.ID
		}
		if kind == "nothing more said" && req.Op != wire.Arena {
			fmt.Fprintln(os.Stderr, "last words")
			return
		}
		if err := conn.Send(reply); err != nil {
			return
		}
	}
}

// A worker that lies is detected, and its parent is unharmed.
func TestALyingWorkerIsFoundOut(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := double(t)
	for kind := range lies {
		t.Run(kind, func(t *testing.T) {
			pool := workertest.Pool(t, func(c *modelworker.Config) { c.Worker, c.Library = self, lying+kind })
			err := pool.Infer(t.Context(), model("a", path), []modelworker.Input{floats([]int64{1})}, nothing)
			if got := kindOf(err); got != modelworker.Crashed && !(kind == "a lie about itself" && got == modelworker.Refused) {
				t.Errorf("the run: %v", err)
			}
			if kind == "nothing more said" && !strings.Contains(err.Error(), "last words") {
				t.Errorf("what it said at the end is lost: %v", err)
			}
			signature, err := pool.Inspect(t.Context(), fair.Client{}, workertest.Open(path))
			if kindOf(err) == "" {
				t.Errorf("the inspection: %+v, %v", signature, err)
			}
		})
	}
}
