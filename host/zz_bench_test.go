package host_test
import ("testing";"context";"os";"time";"slices";"cloche/host")
func BenchmarkZZ(b *testing.B){
 activity,_:=os.ReadFile("../examples/activity.json")
 lookup := func(context.Context, *host.Call) (host.Value, error) { return host.NumberValue(3), nil }
 f:=map[string]host.Func{"lookup": lookup}
 e:=benchEngine(b)
 for _,c:=range []struct{n,s string; f map[string]host.Func; a []byte}{
  {"empty","",nil,nil},
  {"func","",f,nil},
  {"funccall","lookup('x')",f,nil},
  {"log","console.log('hello')",nil,nil},
  {"logfmt","console.log('%s: %s pushed %d commits, seen %s', 'a','b',3,4);",nil,nil},
  {"handler",string(handlerScript(5<<10)),f,activity},{"activity","activity.id",nil,activity},
  {"closures","var m={}; "+rep(20),nil,nil},
 }{
  b.Run(c.n,func(b *testing.B){
   s,err:=e.Compile(context.Background(),"x.js",[]byte(c.s)); if err!=nil{b.Fatal(err)}
   run:=host.Run{Activity:c.a,Functions:c.f}
   var t []float64
   for b.Loop(){ x:=time.Now(); if _,err:=s.Run(context.Background(),run);err!=nil{b.Fatal(err)}; t=append(t,float64(time.Since(x))/1e3) }
   slices.Sort(t); b.ReportMetric(t[len(t)/10],"p10"); b.ReportMetric(t[len(t)/2],"p50")
  })
 }
}
func rep(n int) string { s:=""; for i:=0;i<n;i++{ s+="m.h"+string(rune('a'+i))+"=function(a,b){return a+b};\n"}; return s }
