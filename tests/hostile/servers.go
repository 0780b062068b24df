package hostile

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// servers are a web server that answers decently, to any path below /ok, and badly
// to others, and one that does not speak HTTP as it should.
type servers struct {
	web  *http.Server
	at   net.Listener
	raw  net.Listener
	done sync.WaitGroup
	stop context.CancelFunc
}

func startServers() (*servers, error) {
	ctx, stop := context.WithCancel(context.Background())
	s := &servers{stop: stop}
	var err error
	if s.at, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	if s.raw, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	s.web = &http.Server{
		Handler:     handler(),
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	s.done.Go(func() { _ = s.web.Serve(s.at) })
	s.done.Go(func() { s.serveRaw(ctx) })
	return s, nil
}

// addresses are the variables of a case that is granted the servers.
func (s *servers) addresses() map[string]string {
	return map[string]string{
		"SERVER": "http://" + s.at.Addr().String(),
		"RAW":    "http://" + s.raw.Addr().String(),
	}
}

func (s *servers) close() {
	s.stop()
	_ = s.web.Close()
	_ = s.raw.Close()
	s.done.Wait()
}

func handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/ok", func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "ok") })
	mux.HandleFunc("/headers", func(w http.ResponseWriter, r *http.Request) {
		for name, values := range r.Header {
			_, _ = fmt.Fprintf(w, "%s: %s\n", name, strings.Join(values, ", "))
		}
	})
	mux.HandleFunc("/drip", drip)
	mux.HandleFunc("/endless", endless)
	mux.HandleFunc("/lie", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "107374182400")
		_, _ = io.WriteString(w, "short")
	})
	mux.HandleFunc("/gzip", bomb)
	mux.HandleFunc("/nested", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip, gzip")
		_, _ = io.WriteString(w, "x")
	})
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	mux.HandleFunc("/to", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", r.URL.Query().Get("url"))
		w.WriteHeader(http.StatusFound)
	})
	mux.HandleFunc("/many-headers", func(w http.ResponseWriter, r *http.Request) {
		for n := range 10_000 {
			w.Header().Add("Set-Cookie", fmt.Sprintf("c%d=%s", n, strings.Repeat("x", 1000)))
		}
	})
	return mux
}

// drip sends a byte now and then, for as long as somebody listens.
func drip(w http.ResponseWriter, r *http.Request) {
	for {
		if _, err := io.WriteString(w, "x"); err != nil {
			return
		}
		w.(http.Flusher).Flush()
		select {
		case <-r.Context().Done():
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func endless(w http.ResponseWriter, r *http.Request) {
	piece := make([]byte, 64<<10)
	for {
		if _, err := w.Write(piece); err != nil {
			return
		}
	}
}

// bomb sends 1 GiB of zeros, of which compression leaves 1 MiB.
func bomb(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Encoding", "gzip")
	z := gzip.NewWriter(w)
	piece := make([]byte, 1<<20)
	for range 1024 {
		if _, err := z.Write(piece); err != nil {
			return
		}
	}
	_ = z.Close()
}

// serveRaw answers by the path of a request: /garbage with no HTTP at all, /1xx with
// preliminary answers without end, /upgrade by switching to another protocol, /cut by
// hanging up in the middle of a header, and /silent not at all.
func (s *servers) serveRaw(ctx context.Context) {
	for {
		conn, err := s.raw.Accept()
		if err != nil {
			return
		}
		s.done.Go(func() {
			defer func() { _ = conn.Close() }()
			stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
			defer stop()
			answerRaw(conn)
		})
	}
}

func answerRaw(conn net.Conn) {
	buffer := make([]byte, 4096)
	n, err := conn.Read(buffer)
	if err != nil {
		return
	}
	_, rest, _ := strings.Cut(string(buffer[:n]), " ")
	switch path, _, _ := strings.Cut(rest, " "); path {
	case "/garbage":
		_, _ = io.WriteString(conn, "\x00\x01\x02 this is no HTTP\r\n\r\n")
	case "/1xx":
		for err == nil {
			_, err = io.WriteString(conn, "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
		}
	case "/upgrade":
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
		_, _ = io.Copy(io.Discard, conn)
	case "/cut":
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Le")
	case "/long-header":
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nX: ")
		piece := strings.Repeat("x", 64<<10)
		for sent := 0; err == nil && sent < 10<<20; sent += len(piece) {
			_, err = io.WriteString(conn, piece)
		}
	case "/silent":
		_, _ = io.Copy(io.Discard, conn)
	}
}
