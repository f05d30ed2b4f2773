package track

// axis is a Kalman filter of one number that changes at a nearly constant speed. The filters
// of the papers have four to eight numbers with diagonal noise, so each number and its speed
// are independent of the others.
type axis struct {
	at, speed float64
	// the covariance of at and speed
	pp, pv, vv float64
}

// predict moves on by one frame. The noises are variances.
func (a *axis) predict(noise, speedNoise float64) {
	a.at += a.speed
	a.pp += 2*a.pv + a.vv + noise
	a.pv += a.vv
	a.vv += speedNoise
}

// update corrects by a measurement with a variance.
func (a *axis) update(measured, variance float64) {
	s := a.pp + variance
	gain, speedGain := a.pp/s, a.pv/s
	residual := measured - a.at
	a.at += gain * residual
	a.speed += speedGain * residual
	a.vv -= speedGain * a.pv
	a.pv -= gain * a.pv
	a.pp -= gain * a.pp
}

func square(v float64) float64 { return v * v }
