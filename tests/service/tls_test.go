package service

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestTLS serves HTTPS with a pair that is its own authority. A command that trusts it
// works with --server; one that does not says that it cannot.
func TestTLS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, key := selfSigned(t, dir)
	s := newServer(t, "--tls-cert", cert, "--tls-key", key)
	if !strings.HasPrefix(s.url, "https://127.0.0.1:") {
		t.Fatalf("it listens on %s", s.url)
	}
	for name, c := range map[string]struct {
		trusted, server, says string
		code                  int
	}{
		"trusted":     {trusted: cert, server: s.url, says: "Created project"},
		"not trusted": {server: s.url, says: "certificate signed by unknown authority", code: 6},
		"not HTTPS":   {trusted: cert, server: "http" + strings.TrimPrefix(s.url, "https"), says: "is that the right address?", code: 6},
	} {
		command := runner(t.TempDir(), "project:create", "test", "--server", c.server)
		if c.trusted != "" {
			command.Env = append(command.Env, "SSL_CERT_FILE="+c.trusted)
		}
		output, _ := command.CombinedOutput()
		if code := command.ProcessState.ExitCode(); code != c.code || !contains(string(output), c.says) {
			t.Errorf("%s: exit code %d, want %d and %q:\n%s", name, code, c.code, c.says, output)
		}
	}
	command := runner(s.dir, "project:list", "--data-dir", s.dir, "--format", "plain")
	command.Env = append(command.Env, "SSL_CERT_FILE="+cert)
	if output, err := command.CombinedOutput(); err != nil || !contains(string(output), "test") {
		t.Errorf("a command that finds the server by its file: %v\n%s", err, output)
	}
}

// selfSigned writes a certificate for 127.0.0.1 and its key.
func selfSigned(t *testing.T, dir string) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{
		certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: secret},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile
}
