// Package sift finds key points of a picture and describes their surroundings, so that
// another picture of the same thing can be matched (Lowe, "Distinctive Image Features from
// Scale-Invariant Keypoints", IJCV 2004). The parameters are those of the paper, or OpenCV's
// where the paper gives none.
package sift
