package measure

import (
	_ "embed"
	"fmt"
	"strings"
)

// handlerScript is a script as users write them, handlerActivity what triggers it.
//
//go:embed handler.js
var handlerScript string

//go:embed activity.json
var handlerActivity string

// bundle returns a script of at least size bytes of the shape that bundlers
// write: many modules, of which one is used.
func bundle(size int) string {
	var b strings.Builder
	b.WriteString("const modules = {};\n")
	for n := 0; b.Len() < size; n++ {
		fmt.Fprintf(&b, `modules.m%d = function (exports) {
  exports.name = "module %d";
  exports.label = function (item) {
    if (!item || !item.id) return "unknown";
    return item.title ? item.title + " (" + item.id + ")" : "number " + (item.id + %d);
  };
  exports.total = function (items) {
    let sum = 0;
    for (const item of items) sum += item.count * %d;
    return sum;
  };
};
`, n, n, n, n+1)
	}
	b.WriteString("const used = {}; modules.m0(used); used.label({ id: 1 });\n")
	return b.String()
}
