package booking

import (
	"sync"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// StateNames are the names of step states on the wire.
var StateNames = map[engine.EventKind]string{
	engine.Started: "started", engine.Finished: "succeeded", engine.Skipped: "skipped", engine.Failed: "failed",
}

// Steps records what the steps of a run did.
type Steps struct {
	mu     sync.Mutex // guards began and events; steps run at the same time
	began  map[string]time.Time
	events []*sharingv1.StepEvent
}

// Add records an event of a step.
func (s *Steps) Add(e engine.Event) {
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
		Step: e.Step, State: StateNames[e.Kind], StartTime: Timestamp(began), EndTime: Timestamp(e.At),
	})
}

// Progress reports whether a step began, and whether one succeeded.
func (s *Steps) Progress() (began, succeeded bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.events {
		succeeded = succeeded || e.GetState() == StateNames[engine.Finished]
	}
	return len(s.began) > 0, succeeded
}

// Blame records the reason at the step that the run failed at.
func (s *Steps) Blame(step, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.events {
		if e.GetStep() == step && e.GetState() == StateNames[engine.Failed] {
			e.Reason = reason
		}
	}
}

// List returns the events of all steps.
func (s *Steps) List() []*sharingv1.StepEvent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.events
}

// Timestamp converts a time; the zero time becomes nil.
func Timestamp(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}
