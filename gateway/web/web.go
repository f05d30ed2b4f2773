// Package web holds the built web app. `make web` builds it into dist/app. Without it
// dist has only a placeholder page, so that the programs build without Node.
package web

import "embed"

// Dist is the folder dist, under that name.
//
//go:embed all:dist
var Dist embed.FS
