package runner

import (
	"maps"

	"github.com/keyhole-dev/keyhole/services/runner/blocks"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// NewWith returns a runner in which the given blocks replace those of the same type.
func NewWith(cfg Config, deps Deps, replace engine.Registry) (*Service, error) {
	registry := maps.Clone(blocks.All())
	maps.Copy(registry, replace)
	return newService(cfg, deps, registry)
}

// PictureBytesHeld returns the bytes that the pictures of all runs take now.
func (s *Service) PictureBytesHeld() int64 { return s.pictures.Used() }
