// Package model has the blocks that run models on pictures. engine.Models hides the kind of
// a model and where it runs; a block makes the request and shapes the answer.
package model
