module github.com/keyhole-dev/keyhole/deploy

go 1.26.0
require github.com/keyhole-dev/keyhole/proto v0.0.0-00010101000000-000000000000
replace github.com/keyhole-dev/keyhole/proto => ../proto
require github.com/keyhole-dev/keyhole/services v0.0.0-00010101000000-000000000000
replace github.com/keyhole-dev/keyhole/services => ../services
require github.com/keyhole-dev/keyhole/gateway v0.0.0-00010101000000-000000000000
replace github.com/keyhole-dev/keyhole/gateway => ../gateway
