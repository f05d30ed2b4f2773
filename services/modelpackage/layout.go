package modelpackage

import "strings"

// Layout is the form of a model's outputs. B is the batch, C the number of classes.
type Layout string

// The layouts of boxes. A model for instance segmentation adds mask coefficients to each box
// and returns the masks as a second output; a model for key points adds the points.
const (
	// YOLOv8 is [B, 4+C, anchors]: centre and size in pixels of the input, scores. YOLOv8,
	// 9, 11 and 12.
	YOLOv8 Layout = "yolov8"
	// YOLOv5 is [B, anchors, 5+C]: centre and size in pixels of the input, objectness,
	// scores. YOLOv5 and 7.
	YOLOv5 Layout = "yolov5"
	// YOLOX is [B, cells, 5+C]: offsets in cells of three grids, objectness, scores.
	YOLOX Layout = "yolox"
	// Finished is [B, boxes, 6]: corners in pixels of the input, score, class, after
	// suppression. YOLOv10, YOLO26, and exports with suppression in the graph.
	Finished Layout = "finished"
	// YOLOv7NMS is [boxes, 7]: picture, corners in pixels of the input, class, score.
	YOLOv7NMS Layout = "yolov7-nms"
	// YOLONAS is [B, anchors, 4] and [B, anchors, C]: corners in pixels of the input; scores.
	YOLONAS Layout = "yolo-nas"
	// RTDETR is [B, queries, 4+C]: centre and size from 0 to 1, scores.
	RTDETR Layout = "rt-detr"
	// DETR is [B, queries, 4] and [B, queries, C+1]: centre and size from 0 to 1; logits, of
	// which the last means that there is no object.
	DETR Layout = "detr"
	// RFDETR is [B, queries, 4] and [B, queries, C]: centre and size from 0 to 1; logits of
	// independent classes. RF-DETR, and RT-DETR as exported from Transformers. Key points are a
	// third output.
	RFDETR Layout = "rf-detr"
	// SSD is [B, boxes, 4] and two times [B, boxes]: corners from 0 to 1, x first; scores;
	// classes. Suppression is in the graph.
	SSD Layout = "ssd"
	// SSDRows is SSD with y first, as TensorFlow exports it.
	SSDRows Layout = "ssd-yx"
	// SSDPixels is SSD with corners in pixels of the input, as torchvision exports it.
	SSDPixels Layout = "ssd-pixels"
)

// The layouts of scores.
const (
	// Logits are one number for each class, before softmax or sigmoid.
	Logits Layout = "logits"
	// Probabilities are one number from 0 to 1 for each class.
	Probabilities Layout = "probabilities"
	// Scores are logits, or probabilities if they add up to 1.
	Scores Layout = "scores"
)

// The layouts of maps for semantic segmentation.
const (
	// ClassScores is [B, C, height, width]: the logits of each pixel.
	ClassScores Layout = "class-scores"
	// ClassMap is [B, height, width]: the class of each pixel.
	ClassMap Layout = "class-map"
)

// The layouts of depth: [B, height, width], or [B, 1, height, width].
const (
	// Nearness is larger for what is nearer, as of Depth Anything 2.
	Nearness Layout = "nearness"
	// Distance is larger for what is farther, as of Depth Anything 3 and YOLO26.
	Distance Layout = "distance"
)

var layouts = []Layout{
	YOLOv8, YOLOv5, YOLOX, Finished, YOLOv7NMS, YOLONAS, RTDETR, DETR, RFDETR, SSD, SSDRows, SSDPixels,
	Logits, Probabilities, Scores, ClassScores, ClassMap, Nearness, Distance,
}

func list(all []Layout) string {
	names := make([]string, len(all))
	for i, l := range all {
		names[i] = string(l)
	}
	return strings.Join(names, ", ")
}

// Strides are the cell sizes of the grids of YOLO, in pixels.
var Strides = [...]int{8, 16, 32}

// Cells returns the number of cells of these grids for an input size.
func Cells(width, height int) int64 {
	var n int64
	for _, s := range Strides {
		n += int64(width/s) * int64(height/s)
	}
	return n
}
