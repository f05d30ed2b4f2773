package runner

import (
	"maps"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// Replace puts another constructor in the place of a block's.
func (s *Service) Replace(block string, c engine.Constructor) {
	registry := maps.Clone(s.workflows.registry)
	registry[block] = c
	s.workflows.registry = registry
}

// PictureBytesHeld is what the pictures of all runs take now.
func (s *Service) PictureBytesHeld() int64 { return s.pictures.Used() }
