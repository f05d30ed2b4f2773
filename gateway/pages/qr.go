package pages

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"

	"github.com/boombuler/barcode/qr"

	"github.com/keyhole-dev/keyhole/gateway/reply"
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

const (
	// quiet is the empty border that readers need, in modules.
	quiet = 4
	// dot is the size of a module in a PNG, in pixels.
	dot = 8
)

// qr serves GET /s/{token}/qr.svg and qr.png: the address of the link, as a code to print.
func (h *Handlers) qr(w http.ResponseWriter, r *http.Request, token, kind string) {
	if _, err := h.view(r, token); err != nil {
		reply.Error(w, err)
		return
	}
	base, ok := h.base(r)
	if !ok {
		reply.Error(w, errs.InvalidArgument("the address of this installation is unknown: the operator must set --public-url").WithReason(errorsv1.Reason_REASON_INVALID_REQUEST))
		return
	}
	code, err := qr.Encode(base+"/s/"+token, qr.M, qr.Auto)
	if err != nil {
		reply.Error(w, errs.InvalidArgument("the address is too long for a QR code").Because(err))
		return
	}
	w.Header().Set("Cache-Control", "private, no-cache") // the link may be revoked
	if kind == "svg" {
		w.Header().Set("Content-Type", "image/svg+xml")
		reply.Body(w, r, http.StatusOK, codeSVG(code))
		return
	}
	w.Header().Set("Content-Type", "image/png")
	reply.Body(w, r, http.StatusOK, codePNG(code))
}

func dark(code image.Image, x, y int) bool {
	return color.GrayModel.Convert(code.At(x, y)).(color.Gray).Y < 128
}

func codeSVG(code image.Image) []byte {
	var b bytes.Buffer
	n := code.Bounds().Dx()
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %[1]d %[1]d" shape-rendering="crispEdges"><rect width="100%%" height="100%%" fill="#fff"/><path d="`, n+2*quiet)
	for y := range n {
		for x := range n {
			if dark(code, x, y) {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return b.Bytes()
}

func codePNG(code image.Image) []byte {
	n := code.Bounds().Dx()
	side := (n + 2*quiet) * dot
	out := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range side {
		for x := range side {
			mx, my := x/dot-quiet, y/dot-quiet
			if mx >= 0 && my >= 0 && mx < n && my < n && dark(code, mx, my) {
				out.SetColorIndex(x, y, 1)
			}
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, out) // a buffer takes everything
	return b.Bytes()
}
