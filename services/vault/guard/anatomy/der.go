package anatomy

import "encoding/asn1"

const (
	tagInteger = asn1.TagInteger
	tagBits    = asn1.TagBitString
	// leastLeaf is the least size of a value that is not a name or a number, in octets.
	leastLeaf = 16
	// maxDepth bounds the nesting of values.
	maxDepth = 12
)

// leaf is a value of a key that does not contain other values.
type leaf struct {
	tag     int
	at      int // of its content in the whole
	content []byte
}

// parse lists the leaves of a key in DER that are long enough to belong to the key itself.
func parse(der []byte) ([]leaf, bool) {
	leaves, ok := walk(nil, der, 0, 0)
	return leaves, ok && len(leaves) > 0
}

func walk(leaves []leaf, der []byte, at, depth int) ([]leaf, bool) {
	for len(der) > 0 {
		var v asn1.RawValue
		rest, err := asn1.Unmarshal(der, &v)
		if err != nil || depth > maxDepth {
			return leaves, false
		}
		content := at + len(v.FullBytes) - len(v.Bytes)
		at += len(v.FullBytes)
		der = rest
		inner, ok := leaves, false
		if v.IsCompound || v.Tag == asn1.TagOctetString {
			inner, ok = walk(leaves, v.Bytes, content, depth+1)
		}
		switch {
		case v.IsCompound && !ok:
			return leaves, false
		case v.IsCompound || ok && len(inner) > len(leaves):
			leaves = inner
		case len(v.Bytes) >= leastLeaf:
			leaves = append(leaves, leaf{v.Tag, content, v.Bytes})
		}
	}
	return leaves, true
}
