// Package linkdoc describes one link as an OpenAPI document, with the types of its inputs and
// outputs. It says only what the view of the link says.
package linkdoc
