// Package sift finds key points of a picture and describes their surroundings, so that they
// are found again in another picture of the same thing (Lowe, "Distinctive Image Features
// from Scale-Invariant Keypoints", IJCV 2004). The parameters are those of the paper, with
// OpenCV's where the paper is silent.
package sift
