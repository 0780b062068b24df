package host

import (
	"context"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"testing"
	"time"

	"cloche/quickjs/instrument"
	"cloche/wasm"
)

// programs are small workloads, one for each kind of work that the engine does,
// of a few ten milliseconds each.
func programs() map[string]string {
	return map[string]string{
		"fib":        "function fib(n){return n<2?n:fib(n-1)+fib(n-2)} fib(24)",
		"loop":       "let s=0; for(let i=0;i<1e6;i++){s=(s+i*3)%1000003}",
		"closures":   "const fs=[]; for(let i=0;i<5e4;i++) fs.push(x=>x+i); let s=0; for(const f of fs) s+=f(1)",
		"objects":    "let o; for(let i=0;i<2e5;i++){o={a:i,b:{c:i}}; o.a+=o.b.c}",
		"strings":    "let n=0; for(let i=0;i<5e4;i++){n+=('x'+i).padStart(12,'-').toUpperCase().indexOf('9')}",
		"split":      "let t='the quick brown fox '.repeat(2000); for(let i=0;i<10;i++) t.split(' ').map(w=>w.length).join('')",
		"regexp":     "let t='abc123 def456 '.repeat(500); for(let i=0;i<15;i++) t.replace(/([a-z]+)(\\d+)/g,'$2$1')",
		"sort":       "let a=[]; for(let i=0;i<3e4;i++) a.push((i*7919)%30011); a.sort((x,y)=>x-y)",
		"JSON":       "let o=[]; for(let i=0;i<2e3;i++) o.push({id:i,name:'n'+i,tags:['a','b']}); for(let i=0;i<6;i++) JSON.parse(JSON.stringify(o))",
		"Map":        "const m=new Map(); for(let i=0;i<6e4;i++) m.set('k'+i,i); let s=0; for(const [k,v] of m) s+=v",
		"classes":    "class A{#x=1;get x(){return this.#x}inc(){this.#x++}} class B extends A{inc(){super.inc()}} const b=new B; for(let i=0;i<2e5;i++) b.inc()",
		"typed":      "const a=new Float64Array(1e5); for(let k=0;k<5;k++) for(let i=0;i<a.length;i++) a[i]=a[i]*.5+i",
		"BigInt":     "let n=1n; for(let i=1n;i<800n;i++) n*=i; n.toString()",
		"array":      "let a=Array.from({length:5e4},(_, i)=>i); for(let i=0;i<5;i++) a.filter(x=>x&1).map(x=>x*2).reduce((x,y)=>x+y,0)",
		"underscore": "for(let i=0;i<20;i++) _.chain(_.range(2000)).filter(x=>x%3).groupBy(x=>x%7).mapObject(g=>_.max(g)).value()",
	}
}

// BenchmarkCheckCost runs every program on the shipped module and on the same
// module without its checks, in turn, and reports what the checks add in percent:
// the best time of each, and the geometric mean.
func BenchmarkCheckCost(b *testing.B) {
	bare, err := instrument.Strip(wasm.Module(), instrument.VerifyOptions{})
	if err != nil {
		b.Fatal(err)
	}
	compareModules(b, wasm.Module(), bare)
}

// BenchmarkAgainst compares the shipped module with another build of it, the file
// that the environment variable OTHER_MODULE names: percent by which ours is
// slower.
func BenchmarkAgainst(b *testing.B) {
	path := os.Getenv("OTHER_MODULE")
	if path == "" {
		b.Skip("OTHER_MODULE names no module to compare with")
	}
	other, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	compareModules(b, wasm.Module(), other)
}

// Where code and memory of an instance happen to lie changes a program's time by
// ten percent and more. So every program runs on several pairs of engines, and the
// best time of each module counts.
const (
	pairs  = 3
	rounds = 8
)

func compareModules(b *testing.B, modules ...[]byte) {
	all := programs()
	names := slices.Sorted(maps.Keys(all))
	best := map[string]*[2]time.Duration{}
	for _, name := range names {
		best[name] = &[2]time.Duration{math.MaxInt64, math.MaxInt64}
	}
	for b.Loop() {
		for range pairs {
			runPair(b, modules, all, best)
		}
	}
	logs := 0.0
	for _, name := range names {
		ratio := float64(best[name][0]) / float64(best[name][1])
		logs += math.Log(ratio)
		b.ReportMetric(100*(ratio-1), name+"-%")
	}
	b.ReportMetric(100*(math.Exp(logs/float64(len(names)))-1), "geomean-%")
	b.ReportMetric(0, "ns/op")
}

// runPair runs all programs on a new engine of each module, in turn.
func runPair(b *testing.B, modules [][]byte, all map[string]string, best map[string]*[2]time.Duration) {
	ctx := context.Background()
	engines := [2]*Engine{}
	for n, module := range modules {
		var err error
		if engines[n], err = newEngine(ctx, Config{}, module); err != nil {
			b.Fatal(err)
		}
		defer engines[n].Close(ctx)
	}
	for name, source := range all {
		for round := range 2 * rounds {
			n := round % 2
			s, err := engines[n].Compile(ctx, "p.js", []byte(source))
			if err != nil {
				b.Fatal(err)
			}
			result, err := s.Run(ctx, Run{Limits: Limits{CPU: time.Hour}})
			if err != nil {
				b.Fatal(fmt.Errorf("%s: %w", name, err))
			}
			best[name][n] = min(best[name][n], result.Receipt.Wall)
		}
	}
}

// BenchmarkHostCall measures one call of a host function, there and back.
func BenchmarkHostCall(b *testing.B) {
	ctx := context.Background()
	e, err := New(ctx, Config{})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close(ctx)
	const calls = 20_000
	for _, size := range []int{16, 64 << 10} {
		b.Run(fmt.Sprintf("%dB", size), func(b *testing.B) {
			s, err := e.Compile(ctx, "c.js", fmt.Appendf(nil,
				"const text='x'.repeat(%d); for(let i=0;i<%d;i++) echo(text)", size, calls))
			if err != nil {
				b.Fatal(err)
			}
			echo := func(_ context.Context, c *Call) (Value, error) { return c.Arg(0), nil }
			var spent time.Duration
			for b.Loop() {
				result, err := s.Run(ctx, Run{
					Functions: map[string]Func{"echo": echo},
					Limits:    Limits{CPU: time.Hour, Wall: time.Hour},
				})
				if err != nil {
					b.Fatal(err)
				}
				spent += result.Receipt.Wall
			}
			b.ReportMetric(float64(spent.Nanoseconds())/float64(b.N*calls), "ns/call")
		})
	}
}
