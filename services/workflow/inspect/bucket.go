package inspect

import (
	"errors"
	"regexp"
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow/plan"
)

// s3 is the scheme of a destination that is a bucket.
const s3 = "s3"

// usualRegion is that of a step that names none.
const usualRegion = "us-east-1"

var (
	// bucketName matches the names of buckets without dots, because no certificate covers a name with dots.
	bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)
	regionName = regexp.MustCompile(`^[a-z]{2}-[a-z0-9-]{0,29}[a-z0-9]$`)
	errBucket  = errors.New("must be the name of a bucket: 3 to 63 lower-case letters, digits and hyphens, without dots")
	errRegion  = errors.New("needs a bucket in a region of AWS, such as eu-central-1, in aws_region")
)

// bucket is the address of a bucket, which has its region in it. Without a constant region it is "".
func bucket(name string, region *plan.Argument) (string, error) {
	if name == "" {
		return "", nil
	}
	where := usualRegion
	if region != nil {
		text, isText := region.Value.(string)
		switch {
		case region.Form != plan.Static:
			return "", nil
		case isText:
			where = text
		case region.Value != nil:
			return "", errRegion
		}
	}
	if !bucketName.MatchString(name) || strings.HasPrefix(name, "xn--") {
		return "", errBucket
	}
	if !regionName.MatchString(where) {
		return "", errRegion
	}
	address := "https://" + name + ".s3." + where + ".amazonaws.com"
	if strings.HasPrefix(where, "cn-") {
		address += ".cn"
	}
	return Canonical(address)
}
