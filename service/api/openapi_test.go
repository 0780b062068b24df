package api

import (
	"bytes"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write openapi.json anew")

// TestOpenAPIIsCurrent keeps the committed description that of the types.
func TestOpenAPIIsCurrent(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	New(Config{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/openapi.json", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	if *update {
		if err := os.WriteFile("openapi.json", w.Body.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	committed, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(committed, w.Body.Bytes()) {
		t.Errorf("openapi.json is out of date; go test ./service/api -run OpenAPI -update writes it anew\n%s",
			cmp.Diff(string(committed), w.Body.String()))
	}
}
