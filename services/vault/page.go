package vault

// place is where a listing by time goes on.
type place struct {
	Time int64  `json:"t"`
	ID   string `json:"id"`
}
