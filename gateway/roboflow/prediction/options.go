package prediction

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// Options are what a call asks of its model. The zero value asks for nothing.
type Options struct {
	fields object
	// Draw asks for the picture with the predictions on it.
	Draw   bool
	labels bool
	stroke int64
	// runLength asks for masks as run lengths in place of polygons.
	runLength bool
}

// maxStroke bounds the width of lines, in pixels.
const maxStroke = 100

// Format is the form of the answer to a v0 call.
type Format string

// Formats.
const (
	JSON         Format = "json"
	Picture      Format = "image"
	ImageAndJSON Format = "image_and_json"
)

// FromQuery reads the parameters of a v0 call. Confidence and overlap may be percentages
// there. "best" and "default" are the block's own thresholds.
func FromQuery(query url.Values) (Options, Format, error) {
	o := Options{fields: object{}, stroke: 1}
	format := Format(query.Get("format"))
	switch format {
	case "":
		format = JSON
	case JSON:
	case Picture, ImageAndJSON:
		o.Draw = true
	default:
		return o, "", errs.InvalidArgument("the parameter format must be json, image or image_and_json").Field("format", "unknown")
	}
	for name, field := range map[string]string{
		"confidence": "confidence", "overlap": "iou_threshold", "max_detections": "max_detections",
		"keypoint_confidence": "keypoint_confidence", "tradeoff_factor": "tradeoff_factor", "stroke": "stroke",
	} {
		text := query.Get(name)
		if text == "" || text == "best" || text == "default" {
			continue
		}
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || !(n >= 0 && n <= 1e6) {
			return o, "", errs.InvalidArgument("the parameter %s must be a number", name).Field(name, "not a number")
		}
		switch {
		case name == "stroke":
			o.stroke = int64(n)
		case name == "max_detections":
			o.fields[field] = int64(n)
		case n >= 1 && (name == "confidence" || name == "overlap"):
			o.fields[field] = n / 100
		default:
			o.fields[field] = n
		}
	}
	if named := query.Get("classes"); named != "" {
		o.fields["class_filter"] = strings.Split(named, ",")
	}
	if agnostic, err := strconv.ParseBool(query.Get("class_agnostic_nms")); err == nil {
		o.fields["class_agnostic_nms"] = agnostic
	}
	if mode := query.Get("mask_decode_mode"); mode != "" {
		o.fields["mask_decode_mode"] = mode
	}
	o.labels, _ = strconv.ParseBool(query.Get("labels")) // no value is false
	return o, format, o.finish(query.Get("response_mask_format"))
}

// Body has the fields of a v1 call that are not the model and the picture.
type Body struct {
	Confidence         json.RawMessage `json:"confidence"`
	IOU                *float64        `json:"iou_threshold"`
	MaxDetections      *int64          `json:"max_detections"`
	MaxCandidates      *int64          `json:"max_candidates"`
	ClassFilter        []string        `json:"class_filter"`
	Agnostic           *bool           `json:"class_agnostic_nms"`
	KeypointConfidence *float64        `json:"keypoint_confidence"`
	MaskDecodeMode     *string         `json:"mask_decode_mode"`
	TradeoffFactor     *float64        `json:"tradeoff_factor"`
	MaskFormat         string          `json:"response_mask_format"`
	Draw               bool            `json:"visualize_predictions"`
	Labels             bool            `json:"visualization_labels"`
	Stroke             *int64          `json:"visualization_stroke_width"`
}

// Options returns what the call asks of its model.
func (b *Body) Options() (Options, error) {
	o := Options{fields: object{}, Draw: b.Draw, labels: b.Labels, stroke: 1}
	var confidence float64
	if json.Unmarshal(b.Confidence, &confidence) == nil && len(b.Confidence) > 0 { // "best" and "default" are the block's own
		o.fields["confidence"] = confidence
	}
	set(o.fields, "iou_threshold", b.IOU)
	set(o.fields, "max_detections", b.MaxDetections)
	set(o.fields, "max_candidates", b.MaxCandidates)
	set(o.fields, "class_agnostic_nms", b.Agnostic)
	set(o.fields, "keypoint_confidence", b.KeypointConfidence)
	set(o.fields, "mask_decode_mode", b.MaskDecodeMode)
	set(o.fields, "tradeoff_factor", b.TradeoffFactor)
	if b.ClassFilter != nil {
		o.fields["class_filter"] = b.ClassFilter
	}
	if b.Stroke != nil {
		o.stroke = *b.Stroke
	}
	return o, o.finish(b.MaskFormat)
}

func set[T any](into object, name string, v *T) {
	if v != nil {
		into[name] = *v
	}
}

// finish checks what the block does not.
func (o *Options) finish(maskFormat string) error {
	if o.stroke < 0 || o.stroke > maxStroke {
		return errs.InvalidArgument("the width of lines must be from 0 to %d", maxStroke).Field("stroke", "out of range")
	}
	switch maskFormat {
	case "", "polygon":
	case "rle":
		o.runLength = true
	default:
		return errs.InvalidArgument("response_mask_format must be polygon or rle").Field("response_mask_format", "unknown")
	}
	return nil
}

// JPEG returns the picture of an answer.
func JPEG(answer any) ([]byte, error) {
	one, _ := answer.(object)
	text, _ := one["visualization"].(string)
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(raw) == 0 {
		return nil, errs.Internal("the picture cannot be read").Because(err)
	}
	return raw, nil
}
