package modelpackage

import (
	"cmp"
	"slices"
)

// Model says how to run a model: what it takes, and where its outputs are.
type Model struct {
	Task   string
	Layout Layout
	Input  Input
	// Boxes, Scores, Classes, Masks and Keypoints are the positions of outputs; -1 for one that
	// the layout does not have.
	Boxes, Scores, Classes, Masks, Keypoints int
	// Coefficients is the number of mask coefficients of a box.
	Coefficients int
	// Points is the number of key points of a box, of PointSize numbers each.
	Points, PointSize int
	// Skeletons name the key points.
	Skeletons []Skeleton
	// Removed is the class to leave out, or -1. The names are those of the others.
	Removed int
	// Ultralytics is true for a file that Ultralytics exported.
	Ultralytics bool

	packaged, declared []string
}

// Input is the batch of pictures that a model takes.
type Input struct {
	Width, Height int
	// Batch is the number of pictures of one call. A fixed batch must be full.
	Batch int
	Fixed bool
	// Last is true if the channels come last, Bytes if a pixel's values are bytes.
	Last, Bytes bool
	// Sizes is true if a second input takes the sizes of the pictures.
	Sizes bool
}

// removed is the class that class_names_operations removes.
func (s *Settings) removed() int {
	if s.Config == nil {
		return -1
	}
	for _, o := range s.Config.Classes {
		return slices.Index(s.Names, o.Name)
	}
	return -1
}

// skeletons are the skeletons by the numbers of the classes that are left.
func (s *Settings) skeletons() []Skeleton {
	removed := s.removed()
	if removed < 0 {
		return s.Skeletons
	}
	var left []Skeleton
	for _, k := range s.Skeletons {
		if k.Class == removed {
			continue
		}
		if k.Class > removed {
			k.Class--
		}
		left = append(left, k)
	}
	return left
}

// Names returns the names of n classes.
func (m *Model) Names(n int) []string { return namesFor(n, m.packaged, m.declared) }

// Known is the number of classes that the package or the file names, or 0.
func (m *Model) Known() int { return cmp.Or(len(m.packaged), len(m.declared)) }
