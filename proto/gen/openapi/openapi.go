// Package openapi holds the OpenAPI document of the public API, which is
// generated from the contract in its directory.
package openapi

import _ "embed"

// Document is the OpenAPI 2.0 document, JSON.
//
//go:embed keyhole.swagger.json
var Document []byte
