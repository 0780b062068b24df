package host_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"cloche/host"
)

// A host function of one's own: the script may look up prices, and those of one
// shop alone. The shop is a Go value that the function holds; nothing that the
// script says can name another.
func Example_customFunction() {
	ctx := context.Background()
	engine, err := host.New(ctx, host.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer engine.Close(ctx)

	script, err := engine.Compile(ctx, "prices.js", []byte(`
		console.log("apples cost", shop.price("apples").cents, "cents");
		try {
			shop.price("gold");
		} catch (error) {
			console.log(error.name + ": " + error.message + " (" + error.cause.code + ")");
		}
	`))
	if err != nil {
		log.Fatal(err)
	}

	prices := map[string]int{"apples": 120}
	price := func(ctx context.Context, call *host.Call) (host.Value, error) {
		name := call.Arg(0)
		if name.Kind() != host.String {
			return host.Value{}, &host.Exception{Name: "TypeError", Message: "the name of an article must be a string"}
		}
		cents, found := prices[name.Text()]
		if !found {
			return host.Value{}, &host.Exception{Name: "RangeError", Message: "we don't sell " + name.Text(), Code: "ENOENT"}
		}
		return host.JSONValue(fmt.Appendf(nil, `{"cents": %d}`, cents)), nil
	}

	result, err := script.Run(ctx, host.Run{
		Functions: map[string]host.Func{"shop.price": price},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, line := range result.Log {
		fmt.Println(line.Text)
	}
	fmt.Println(result.Receipt.Code, result.Receipt.HostCalls["shop.price"], "calls")
	// Output:
	// apples cost 120 cents
	// RangeError: we don't sell gold (ENOENT)
	// ok 2 calls
}

// A script that does not come to an end is stopped, and its code says why.
func Example_limits() {
	ctx := context.Background()
	engine, err := host.New(ctx, host.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer engine.Close(ctx)
	script, err := engine.Compile(ctx, "spin.js", []byte("for (;;) { try { for (;;) {} } catch {} }"))
	if err != nil {
		log.Fatal(err)
	}
	_, err = script.Run(ctx, host.Run{Limits: host.Limits{CPU: 20e6}})
	fmt.Println(errors.Is(err, host.CPULimit))
	fmt.Println(err)
	// Output:
	// true
	// cpu_limit: the script used up its CPU time of 20ms
}
