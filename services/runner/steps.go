package runner

import (
	"sync"
	"time"

	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// stateNames are the states of steps on the wire.
var stateNames = map[engine.EventKind]string{
	engine.Started: "started", engine.Finished: "succeeded", engine.Skipped: "skipped", engine.Failed: "failed",
}

// steps keeps what the steps of a run did.
type steps struct {
	mu     sync.Mutex
	began  map[string]time.Time
	events []*sharingv1.StepEvent
}

// stepped is told of every step by the engine.
func (r *run) stepped(e engine.Event) {
	r.steps.add(e)
	r.tell(&runnerv1.RunEvent{Event: &runnerv1.RunEvent_Step{
		Step: &runnerv1.StepProgress{Step: e.Step, State: stateNames[e.Kind], Time: timestamp(e.At)},
	}})
}

func (r *run) tell(event *runnerv1.RunEvent) {
	if r.order.observe != nil {
		r.order.observe(event)
	}
}

func (s *steps) add(e engine.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.Kind == engine.Started {
		if s.began == nil {
			s.began = map[string]time.Time{}
		}
		s.began[e.Step] = e.At
		return
	}
	began, ok := s.began[e.Step]
	if !ok {
		began = e.At
	}
	s.events = append(s.events, &sharingv1.StepEvent{
		Step: e.Step, State: stateNames[e.Kind], StartTime: timestamp(began), EndTime: timestamp(e.At),
	})
}

// progress says whether a step began, and whether one ended well.
func (s *steps) progress() (began, succeeded bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.events {
		succeeded = succeeded || e.GetState() == stateNames[engine.Finished]
	}
	return len(s.began) > 0, succeeded
}

func (s *steps) list() []*sharingv1.StepEvent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.events
}
