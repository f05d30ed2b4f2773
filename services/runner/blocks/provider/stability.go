package provider

import (
	"bytes"
	"context"
	"errors"
	"image"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/provider/protocol"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// stabilityAPI is the API of https://platform.stability.ai/docs/api-reference.
var stabilityAPI = address{base: "https://api.stability.ai/v2beta/stable-image/"}

// painter is a block that makes one picture with Stability's models.
type painter struct {
	everyElement
	// request returns the path and the form, or no path if there is nothing to paint.
	request func(ctx context.Context, call *engine.Call) (path string, f *form, err error)
}

func paints(request func(context.Context, *engine.Call) (string, *form, error)) engine.Constructor {
	return func(engine.Step) (engine.Block, error) { return &painter{request: request}, nil }
}

// Concurrency implements engine.Concurrent.
func (*painter) Concurrency() int { return usualConcurrency }

// Run asks for one picture. The result keeps the lineage of the picture that it was made
// from.
func (b *painter) Run(ctx context.Context, call *engine.Call) (engine.Result, error) {
	origin, _ := call.Arg("image").(*value.Image)
	path, f, err := b.request(ctx, call)
	if err != nil {
		return engine.None(), err
	}
	if path == "" {
		return engine.One(engine.Outputs{"image": origin}), nil
	}
	var made []byte
	x, err := f.exchange(path, &made)
	if err == nil {
		err = attempts(ctx, call, stabilityAPI.through("api_key"), x)
	}
	if err != nil {
		return engine.None(), err
	}
	picture, err := value.DecodeImage(call.Codec, made, call.NewID())
	if err != nil {
		return engine.None(), err
	}
	if origin == nil {
		return engine.One(engine.Outputs{"image": picture}), nil
	}
	pixels, err := picture.Pixels(ctx)
	if err != nil {
		return engine.None(), err
	}
	return engine.One(engine.Outputs{"image": origin.WithPixels(pixels)}), nil
}

// generate makes a picture from a text. "core" does not accept an initial picture.
func generate(ctx context.Context, call *engine.Call) (string, *form, error) {
	model := argument.Text(call, "model")
	if model != "ultra" && model != "sd3" {
		model = "core"
	}
	f := newForm()
	f.text("prompt", argument.Text(call, "prompt"))
	f.text("negative_prompt", argument.Text(call, "negative_prompt"))
	origin, _ := call.Arg("image").(*value.Image)
	if origin == nil || model == "core" {
		return "generate/" + model, f, nil
	}
	strength, err := argument.Number(call, "strength", 0, 1)
	if err != nil {
		return "", nil, err
	}
	f.number("strength", strength)
	if model == "sd3" {
		f.text("mode", "image-to-image")
	}
	return "generate/" + model, f, f.picture(ctx, call, "image", origin)
}

// inpaint paints over the detections of a segmentation.
func inpaint(ctx context.Context, call *engine.Call) (string, *form, error) {
	picture, err := argument.Picture(call, "image")
	if err != nil {
		return "", nil, err
	}
	found, err := argument.Detections(call, "segmentation_mask")
	if err != nil {
		return "", nil, err
	}
	inverted, _ := call.Arg("invert_segmentation_mask").(bool)
	if found.Len() == 0 && !inverted {
		return "", nil, nil
	}
	f := newForm()
	f.text("prompt", argument.Text(call, "prompt"))
	f.text("negative_prompt", argument.Text(call, "negative_prompt"))
	f.style(call)
	if err := f.picture(ctx, call, "image", picture); err != nil {
		return "", nil, err
	}
	mask := value.NewImage(paintedOver(picture, found, inverted), "mask")
	return "edit/inpaint", f, f.picture(ctx, call, "mask", mask)
}

// softEdge is the size of the blur at the edge of a mask, in pixels.
const softEdge = 15

// paintedOver returns a mask that is white where the model paints. The box is painted for a
// detection without a mask.
func paintedOver(picture *value.Image, found *value.Detections, inverted bool) image.Image {
	p := raster.New(picture.Width(), picture.Height())
	for i := range found.Len() {
		bounds := image.Rect(int(found.XYXY[i][0]), int(found.XYXY[i][1]), int(found.XYXY[i][2]), int(found.XYXY[i][3]))
		var mask *value.Mask
		if i < len(found.Masks) && found.Masks[i] != nil {
			mask = found.Masks[i]
			bounds = mask.Bounds
		}
		bounds = bounds.Intersect(image.Rect(0, 0, p.W, p.H))
		for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
			row := p.Row(y)
			for x := bounds.Min.X; x < bounds.Max.X; x++ {
				if mask == nil || mask.At(x, y) {
					row[x] = 255
				}
			}
		}
	}
	p = raster.Gaussian(p, softEdge, raster.Reflect)
	if inverted {
		for i, v := range p.Pix {
			p.Pix[i] = 255 - v
		}
	}
	return p.Image()
}

// mostAdded is the most that the model adds on a side, in pixels.
const mostAdded = 2000

// outpaint adds to the sides of a picture.
func outpaint(ctx context.Context, call *engine.Call) (string, *form, error) {
	picture, err := argument.Picture(call, "image")
	if err != nil {
		return "", nil, err
	}
	f, adds := newForm(), false
	for _, side := range []string{"left", "right", "up", "down"} {
		n, _ := value.Int(call.Arg(side))
		if n > 0 {
			f.text(side, strconv.FormatInt(min(n, mostAdded), 10))
			adds = true
		}
	}
	if !adds {
		return "", nil, nil
	}
	creativity, ok := value.Float(call.Arg("creativity"))
	if ok {
		f.number("creativity", min(max(creativity, 0), 1))
	}
	f.text("prompt", argument.Text(call, "prompt"))
	f.style(call)
	return "edit/outpaint", f, f.picture(ctx, call, "image", picture)
}

// form is a request with files (RFC 7578). It keeps its first error.
type form struct {
	body   bytes.Buffer
	writer *multipart.Writer
	err    error
}

func newForm() *form {
	f := &form{}
	f.writer = multipart.NewWriter(&f.body)
	f.text("output_format", "jpeg")
	return f
}

// text adds a field that is not empty.
func (f *form) text(name, text string) {
	if text != "" {
		f.err = errors.Join(f.err, f.writer.WriteField(name, text))
	}
}

func (f *form) number(name string, n float64) { f.text(name, strconv.FormatFloat(n, 'f', -1, 64)) }

// mostSeed is the largest seed.
const mostSeed = 1<<32 - 2

// style adds the preset and the seed. A seed of 0 is a random one.
func (f *form) style(call *engine.Call) {
	f.text("style_preset", argument.Text(call, "preset"))
	if seed, ok := value.Int(call.Arg("seed")); ok && seed > 0 {
		f.text("seed", strconv.FormatInt(min(seed, mostSeed), 10))
	}
}

// picture adds a picture as a new JPEG.
func (f *form) picture(ctx context.Context, call *engine.Call, name string, picture *value.Image) error {
	encoded, err := picture.JPEG(ctx, call.Codec, value.DefaultQuality)
	if err != nil {
		return err
	}
	part, err := f.writer.CreateFormFile(name, name+".jpg")
	if err == nil {
		_, err = part.Write(encoded)
	}
	f.err = errors.Join(f.err, err)
	return nil
}

// exchange sends the form, and takes the picture of the answer.
func (f *form) exchange(path string, made *[]byte) (exchange, error) {
	if err := errors.Join(f.err, f.writer.Close()); err != nil {
		return exchange{}, err
	}
	return exchange{
		path: path, contentType: f.writer.FormDataContentType(), accept: "image/*", body: f.body.Bytes(),
		read: func(body []byte) (protocol.Usage, error) {
			if !strings.HasPrefix(http.DetectContentType(body), "image/") {
				return protocol.Usage{}, protocol.ErrMalformed
			}
			*made = body
			return protocol.Usage{}, nil
		},
	}, nil
}
