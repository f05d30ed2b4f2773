package visualization

import (
	"fmt"
	"strconv"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// writers maps the text option of a step to a function that writes the label.
var writers = map[string]func(d *value.Detections, i int) string{
	"Class":                (*value.Detections).Class,
	"Confidence":           confidence,
	"Class and Confidence": func(d *value.Detections, i int) string { return d.Class(i) + " " + confidence(d, i) },
	"Index":                func(_ *value.Detections, i int) string { return strconv.Itoa(i) },
	"Dimensions":           dimensions,
	"Area": func(d *value.Detections, i int) string {
		return fmt.Sprintf("%.0f", d.XYXY[i].Width()*d.XYXY[i].Height())
	},
	"Area (mask)":      maskArea,
	"Area (converted)": column("area_converted", "%.2f", "Unknown"),
	"Tracker Id":       trackerID,
	"Time In Zone":     column("time_in_zone", "In zone: %.2fs", "In zone: N/A"),
}

func confidence(d *value.Detections, i int) string { return fmt.Sprintf("%.2f", d.Confidence[i]) }

func dimensions(d *value.Detections, i int) string {
	x, y := d.XYXY[i].Center()
	return fmt.Sprintf("%.0f, %.0f %.0fx%.0f", x, y, d.XYXY[i].Width(), d.XYXY[i].Height())
}

func maskArea(d *value.Detections, i int) string {
	if d.Masks == nil {
		return fmt.Sprintf("%.0f", d.XYXY[i].Width()*d.XYXY[i].Height())
	}
	return strconv.Itoa(d.Masks[i].Area())
}

func trackerID(d *value.Detections, i int) string {
	if d.TrackerID == nil {
		return "No Tracker ID"
	}
	return strconv.FormatInt(d.TrackerID[i], 10)
}

// column formats a number from a column that another step has added.
func column(name, format, missing string) func(*value.Detections, int) string {
	return func(d *value.Detections, i int) string {
		if v, ok := value.Float(d.At(name, i)); ok {
			return fmt.Sprintf(format, v)
		}
		return missing
	}
}
