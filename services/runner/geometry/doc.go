// Package geometry has the plane geometry of blocks: anchors of boxes, hulls, rectangles,
// areas and simplified outlines. It has no pixels and no blocks.
package geometry
