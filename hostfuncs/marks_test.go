package hostfuncs

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestMarks checks which of the host's headers reach which server.
func TestMarks(t *testing.T) {
	t.Parallel()
	show := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Got", r.Header.Get("Cloche-Hops")+"/"+r.Header.Get("Idempotency-Key"))
	}
	other := httptest.NewServer(http.HandlerFunc(show))
	t.Cleanup(other.Close)
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away" {
			http.Redirect(w, r, other.URL, http.StatusFound)
			return
		}
		show(w, r)
	})
	s := newSession(t, FetchConfig{AllowPrivate: true})
	s.marks = Marks{Always: map[string]string{"Cloche-Hops": "3"}, Otherwise: map[string]string{"Idempotency-Key": "ours"}}
	for _, test := range []struct {
		name, path string
		headers    []string
		want       string
	}{
		{"both", "/", nil, "3/ours"},
		{"the script's own key wins", "/", []string{"idempotency-key", "mine"}, "3/mine"},
		{"the script's own hops do not", "/", []string{"cloche-hops", "0"}, "3/ours"},
		{"another host gets the hops alone", "/away", nil, "3/"},
	} {
		got := s.must(t, args{url: server.URL + test.path, headers: test.headers}).get("x-got")
		if len(got) != 1 || got[0] != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}
