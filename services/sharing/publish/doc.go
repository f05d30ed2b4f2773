// Package publish checks what strangers will see: the title and the description of a
// workflow, the pictures in its definition, the samples of a share.
//
// What it refuses: text that contains a secret, and pictures whose metadata it cannot
// remove. Cameras write the place and the owner into it.
package publish
