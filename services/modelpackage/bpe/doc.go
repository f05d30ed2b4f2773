// Package bpe turns texts into the numbers that CLIP's text encoder takes: byte pair
// encoding (Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units",
// 2016) over bytes, as published with CLIP (Radford et al., 2021).
package bpe
