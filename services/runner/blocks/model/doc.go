// Package model has the blocks that run models on pictures. What a model is and
// where it runs is behind engine.Models; a block asks, and shapes the answer.
package model
