package form

// Most is the largest body of which the JSON has at most n bytes. Pictures are base64 in JSON,
// which is 4/3 as long.
func Most(n int64) int64 { return n / 4 * 3 }

// Grown is how large the JSON of a body of n bytes can be.
func Grown(n int) int64 { return int64(n)/3*4 + slack }

// slack is room for the names around the values.
const slack = 4 << 10
