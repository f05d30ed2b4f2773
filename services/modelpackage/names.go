package modelpackage

import (
	"regexp"
	"strconv"
	"strings"
)

// cocoNames are the classes of COCO, used for a detector of 80 classes without names.
const cocoNames = "person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant,stop sign," +
	"parking meter,bench,bird,cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe,backpack,umbrella,handbag,tie,suitcase," +
	"frisbee,skis,snowboard,sports ball,kite,baseball bat,baseball glove,skateboard,surfboard,tennis racket,bottle," +
	"wine glass,cup,fork,knife,spoon,bowl,banana,apple,sandwich,orange,broccoli,carrot,hot dog,pizza,donut,cake,chair," +
	"couch,potted plant,bed,dining table,toilet,tv,laptop,mouse,remote,keyboard,cell phone,microwave,oven,toaster,sink," +
	"refrigerator,book,clock,vase,scissors,teddy bear,hair drier,toothbrush"

// nameEntry matches one entry of `{0: 'person', 1: "driver's seat"}`, the form in which
// exporters of YOLO models write class names into the model's metadata.
var nameEntry = regexp.MustCompile(`(\d+):\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")`)

func namesOf(metadata string) []string {
	var names []string
	for _, m := range nameEntry.FindAllStringSubmatch(metadata, MaxClasses) {
		id, err := strconv.Atoi(m[1])
		if err != nil || id != len(names) {
			return nil
		}
		names = append(names, m[2]+m[3])
	}
	return names
}

// namesFor returns the names of n classes: those of the package, else of the metadata, else
// COCO's, else numbers.
func namesFor(n int, packaged, declared []string) []string {
	switch {
	case len(packaged) >= n && n > 0:
		return packaged
	case len(declared) == n:
		return declared
	case n == 80:
		return strings.Split(cocoNames, ",")
	}
	names := make([]string, n)
	for i := range names {
		names[i] = strconv.Itoa(i)
	}
	return names
}
