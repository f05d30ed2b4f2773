package measure

import (
	"context"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// metersPerDegree is the length of a degree of latitude.
const metersPerDegree = 111320.0

// newGeotag makes the block that places detections on the map. The camera looks straight
// down on flat ground.
func newGeotag(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(_ context.Context, call *engine.Call) (engine.Result, error) {
		picture, err := argument.Picture(call, "image")
		if err != nil {
			return engine.None(), err
		}
		d, err := argument.Detections(call, "predictions")
		if err != nil {
			return engine.None(), err
		}
		c, err := newCamera(call, picture)
		if err != nil {
			return engine.None(), err
		}
		records, features := make([]any, d.Len()), make([]any, d.Len())
		for i := range records {
			records[i], features[i] = c.place(d, i)
		}
		return engine.One(engine.Outputs{
			"geo_detections": records,
			"geojson":        map[string]any{"type": "FeatureCollection", "features": features},
		}), nil
	}), nil
}

// camera is where the picture was taken. Angles are in degrees, lengths in meters.
type camera struct {
	width, height                               float64 // of the picture, in pixels
	latitude, longitude, altitude, fov, heading float64
}

func newCamera(call *engine.Call, picture *value.Image) (camera, error) {
	c := camera{width: float64(picture.Width()), height: float64(picture.Height())}
	for _, field := range []struct {
		name      string
		low, high float64
		into      *float64
	}{
		{"latitude", -90, 90, &c.latitude},
		{"longitude", -360, 360, &c.longitude},
		{"altitude", -1e7, 1e7, &c.altitude},
		{"horizontal_fov", 0, 179.9, &c.fov},
		{"heading", -3600, 3600, &c.heading},
	} {
		n, err := argument.Number(call, field.name, field.low, field.high)
		if err != nil {
			return c, err
		}
		*field.into = n
	}
	return c, nil
}

// place returns the record of a row and its GeoJSON feature.
func (c camera) place(d *value.Detections, i int) (record, feature any) {
	box := d.XYXY[i]
	x, y := box.Center()
	latitude, longitude := c.ground(x, y)
	var class any = "unknown"
	if d.Data[value.ColumnClass] != nil {
		class = d.Class(i)
	}
	latitude, longitude = rounded(latitude, 7), rounded(longitude, 7)
	confidence := rounded(d.Confidence[i], 4)
	return map[string]any{
		"class": class, "confidence": confidence, "lat": latitude, "lon": longitude,
		"pixel_x": rounded(x, 1), "pixel_y": rounded(y, 1),
		"width": rounded(box.Width(), 1), "height": rounded(box.Height(), 1),
	}, map[string]any{
		"type":       "Feature",
		"geometry":   map[string]any{"type": "Point", "coordinates": []any{longitude, latitude}},
		"properties": map[string]any{"class": class, "confidence": confidence},
	}
}

// ground returns the place that a pixel shows. A camera on the ground shows its own place.
func (c camera) ground(x, y float64) (latitude, longitude float64) {
	if c.altitude <= 0 {
		return c.latitude, c.longitude
	}
	perPixel := 2 * c.altitude * math.Tan(radians(c.fov)/2) / c.width
	right, up := (x-c.width/2)*perPixel, (c.height/2-y)*perPixel
	sin, cos := math.Sincos(radians(c.heading))
	east, north := right*cos+up*sin, up*cos-right*sin
	return c.latitude + north/metersPerDegree, c.longitude + east/(metersPerDegree*math.Cos(radians(c.latitude)))
}

func radians(degrees float64) float64 { return degrees * math.Pi / 180 }

func rounded(v float64, digits int) float64 {
	scale := math.Pow10(digits)
	return math.RoundToEven(v*scale) / scale
}
