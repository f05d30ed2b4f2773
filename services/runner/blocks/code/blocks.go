package code

import "github.com/keyhole-dev/keyhole/services/runner/engine"

// Blocks lists the constructors of this package by block type.
func Blocks() engine.Registry {
	return engine.Registry{
		"roboflow_core/barcode_detector@v1":  reads(barcodes),
		"roboflow_core/qr_code_detector@v1":  reads(qrCodes),
		"roboflow_core/qr_code_generator@v1": newGenerator,
	}
}
