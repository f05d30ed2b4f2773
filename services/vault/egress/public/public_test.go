package public_test

import (
	"net/netip"
	"testing"

	"github.com/keyhole-dev/keyhole/services/vault/egress/public"
)

func TestAddresses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "::8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1",
		"2002:7f00:1::", "2002:808:808::1", "2001::1", "2001:0:53aa:64c::1", "2001:10::1", "2001:db8::1", "fe80::1", "fe80::1%eth0", "2606:4700::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1",
		"169.254.169.254", "169.254.0.1", "100.64.0.1", "100.100.100.200", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
		"192.88.99.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "168.63.129.16", "3fff::1", "4000::1", "100::1", "5f00::1",
	} {
		if public.IsAddress(netip.MustParseAddr(s)) {
			t.Errorf("%s is taken for public", s)
		}
	}
	for _, s := range []string{"8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.255.255", "100.128.0.0", "198.17.0.1", "223.255.255.255", "2606:4700::1111", "2a00:1450::1", "2001:4860:4860::8888"} {
		if !public.IsAddress(netip.MustParseAddr(s)) {
			t.Errorf("%s is not taken for public", s)
		}
	}
	if public.IsAddress(netip.Addr{}) {
		t.Error("no address is taken for public")
	}
}
