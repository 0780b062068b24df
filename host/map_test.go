package host_test

import (
	"testing"

	"cloche/host"
)

// Keys that are the same by SameValueZero are found again, whatever their
// representation in the engine.
func TestKeysOfMaps(t *testing.T) {
	t.Parallel()
	result, err := run(t, `
		const long = "x".repeat(9000), wide = "\u0100".repeat(9000);
		const flat = (s) => s.split("").join("");
		const m = new Map([[1, "one"], [1.5, "half"], [-0, "zero"], [NaN, "nan"], [2 ** 31, "big"], [-(2 ** 31), "min"],
			[1n, "bigint"], [2n ** 70n, "long bigint"], ["1", "text"], [true, "true"], [null, "null"], [undefined, "undefined"],
			[long + wide, "rope"], [flat(wide + long), "flat"]]);
		const doubles = new Float64Array([1, 1.5, 0, NaN, 2 ** 31, -(2 ** 31)]);
		console.log([...doubles].map((x) => m.get(x)).join());
		console.log([1n, 2n ** 71n / 2n, (2n ** 70n + 1n) - 2n ** 70n, "1", true, null, undefined].map((x) => m.get(x)).join());
		console.log(m.get(flat(long + wide)), m.get(wide + long), m.has(false), m.has("2"), m.has(2n), m.has(long));
	`, host.Run{})
	const want = `one,half,zero,nan,big,min
bigint,long bigint,bigint,text,true,null,undefined
rope flat false false false false`
	if got := logText(result); err != nil || got != want {
		t.Errorf("log is\n%s\nerror %v; want\n%s", got, err, want)
	}
}

// The work for a key does not grow with the number of keys: steps are counted, so
// this does not depend on the machine.
func TestMapsAreHashed(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]string{
		"integers":         "i",
		"even integers":    "i * 1024",
		"fractions":        "i / 3",
		"large numbers":    "i * 4294967296",
		"BigInts":          "BigInt(i)",
		"short texts":      "'k' + i",
		"objects":          "({})",
		"negative numbers": "-i",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := "const m = new Map(); for (let i = 0; i < count(); i++) m.set(" + key + ", i);"
			few, many := stepsOf(t, "const count = () => 1000;"+source), stepsOf(t, "const count = () => 16000;"+source)
			if many > 32*few {
				t.Errorf("%d steps for 16 times as many keys as took %d", many, few)
			}
		})
	}
}

func stepsOf(t *testing.T, source string) int64 {
	t.Helper()
	result, err := run(t, source, host.Run{Limits: host.Limits{CPU: 20e9}})
	if err != nil {
		t.Fatal(err)
	}
	return result.Receipt.Steps
}
