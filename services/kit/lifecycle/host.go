package lifecycle

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// localHost refuses requests that do not name this machine. A page of any site can make its
// own host name resolve to 127.0.0.1 (DNS rebinding) and then read the answers; its
// requests still carry that name in Host. So a listener on loopback accepts loopback names
// alone.
func localHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !namesLoopback(r.Host) {
			http.Error(w, "this listener answers to localhost and to loopback addresses only", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// namesLoopback accepts a Host header with or without a port.
func namesLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"))
	return err == nil && ip.Unmap().IsLoopback()
}
