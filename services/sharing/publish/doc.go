// Package publish checks what strangers will see: the title and the description of a
// workflow, the pictures in its definition, the samples and the presentation of a share.
//
// What it refuses: text that contains a secret or asks for one in the wrong place, text that
// could pass for words of the page, and pictures whose metadata it cannot remove. Cameras
// write the place and the owner into it.
package publish
