package secret_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"cloche/secret"
)

const hexKey = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

func key(t testing.TB, text string) secret.Key {
	t.Helper()
	k, err := secret.ReadKey([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func owner() secret.Owner {
	return secret.Owner{Project: "p4x9wq2l6mn8c", Integration: "i", Name: "TOKEN"}
}

func TestReadKey(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		hexKey, hexKey + "\n", " \t" + hexKey + "\r\n\n", strings.ToUpper(hexKey),
		"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n",
	} {
		if got := key(t, text).Text(); got != hexKey {
			t.Errorf("%q: %s", text, got)
		}
	}
	standard, urlSafe := "+/"+strings.Repeat("A", 41), "-_"+strings.Repeat("A", 41)
	if key(t, standard) != key(t, urlSafe) {
		t.Error("the two alphabets give different keys")
	}
	for _, text := range []string{
		"", "\n", hexKey[:63], hexKey + "0", hexKey[:63] + "g", hexKey + "\n" + hexKey, strings.Repeat("0", 64), strings.Repeat("ab", 32),
		strings.Repeat("A", 43), strings.Repeat("A", 44), "+_" + strings.Repeat("A", 41), "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9",
		"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8==", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdH\nh8", string(make([]byte, 32)),
	} {
		k, err := secret.ReadKey([]byte(text))
		if !errors.Is(err, secret.ErrKey) || k != (secret.Key{}) {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if strings.Contains(err.Error(), "\n") || len(text) > 8 && strings.Contains(err.Error(), text[:8]) {
			t.Errorf("%q: the error shows it: %q", text, err)
		}
	}
}

func TestNewKey(t *testing.T) {
	t.Parallel()
	a, b := secret.NewKey(nil), secret.NewKey(nil)
	if a == b || key(t, a.Text()) != a || len(a.ID()) != 8 || a.ID() == b.ID() {
		t.Errorf("%s, %s", a, b)
	}
	raw := bytes.Repeat([]byte("12"), 16)
	if got := secret.NewKey(bytes.NewReader(raw)).Text(); got != fmt.Sprintf("%x", raw) {
		t.Error(got)
	}
	defer func() {
		if recover() == nil {
			t.Error("a source that fails gives a key")
		}
	}()
	secret.NewKey(iotest.ErrReader(errors.New("broken")))
}

func TestKeyDoesNotPrint(t *testing.T) {
	t.Parallel()
	k := key(t, hexKey)
	encoded, err := json.Marshal(struct{ K secret.Key }{k})
	if err != nil {
		t.Fatal(err)
	}
	all := string(encoded)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		all += fmt.Sprintf(verb, k) + fmt.Sprintf(verb, []secret.Key{k}) + fmt.Sprintf(verb, struct{ K secret.Key }{k})
	}
	if strings.Contains(strings.ToLower(all), "0a0b0c") || strings.Contains(all, "10 11 12") || !strings.Contains(all, "key "+k.ID()) {
		t.Error(all)
	}
}

// TestSealGolden opens by hand what Seal returned, and pins the format: databases
// hold it.
func TestSealGolden(t *testing.T) {
	t.Parallel()
	k := key(t, hexKey)
	sealed := k.Seal(owner(), []byte("value"))
	parts := strings.Split(sealed, ".")
	if len(parts) != 3 || parts[0] != "v1" || parts[1] != "630dcd29" || k.ID() != "630dcd29" {
		t.Fatal(sealed)
	}
	data, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		t.Fatal(err)
	}
	master := make([]byte, 32)
	for i := range master {
		master[i] = byte(i)
	}
	info := "cloche secret " + "\x00\x00\x00\x00\x00\x00\x00\x02v1" + "\x00\x00\x00\x00\x00\x00\x00\x0dp4x9wq2l6mn8c"
	raw, err := hkdf.Key(sha256.New, master, nil, info, 32)
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		t.Fatal(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	associated := "\x00\x00\x00\x00\x00\x00\x00\x02v1" + "\x00\x00\x00\x00\x00\x00\x00\x0dp4x9wq2l6mn8c" +
		"\x00\x00\x00\x00\x00\x00\x00\x01i" + "\x00\x00\x00\x00\x00\x00\x00\x05TOKEN"
	plaintext, err := aead.Open(nil, data[:12], data[12:], []byte(associated))
	if err != nil || string(plaintext) != "value" {
		t.Errorf("%q, %v", plaintext, err)
	}
	const stored = "v1.630dcd29.dAfYdIrs3sEM5LNOv5i7IGiGyzBuqE7X4I_QTKDeCdKi"
	if got, err := k.Open(owner(), stored); err != nil || string(got) != "value" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestSealIsRandom(t *testing.T) {
	t.Parallel()
	k := secret.NewKey(nil)
	seen := make(map[string]bool)
	for range 1000 {
		sealed := k.Seal(owner(), nil)
		if seen[sealed] || strings.Trim(sealed, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") != "" {
			t.Fatal(sealed)
		}
		seen[sealed] = true
	}
}

// TestMovedValues gives the value of one owner to another.
func TestMovedValues(t *testing.T) {
	t.Parallel()
	k := secret.NewKey(nil)
	owners := []secret.Owner{
		{Project: "a", Integration: "b", Name: "c"}, {Project: "a", Integration: "b", Name: "d"}, {Project: "a", Integration: "d", Name: "c"}, {Project: "d", Integration: "b", Name: "c"},
		{Project: "a", Integration: "c", Name: "b"}, {Project: "b", Integration: "a", Name: "c"},
		{Project: "a|b", Integration: "c"}, {Project: "a", Integration: "b|c"}, {Project: "a", Integration: "|b", Name: "c"}, {Project: "ab", Name: "c"}, {Project: "a", Integration: "bc"},
		{Project: "a", Name: "bc"}, {}, {Name: "abc"}, {Project: "a\x00", Integration: "b", Name: "c"}, {Project: "A", Integration: "b", Name: "c"},
	}
	for i, from := range owners {
		sealed := k.Seal(from, []byte("value"))
		for j, to := range owners {
			plaintext, err := k.Open(to, sealed)
			if (err == nil) != (i == j) || err != nil && (!errors.Is(err, secret.ErrSealed) || plaintext != nil) {
				t.Errorf("%+v opens as %+v: %q, %v", from, to, plaintext, err)
			}
		}
	}
}

// TestTamperedValues changes each character of a sealed value in several ways.
func TestTamperedValues(t *testing.T) {
	t.Parallel()
	k := key(t, hexKey)
	sealed := k.Seal(owner(), []byte("a value"))
	for i := range sealed {
		for _, c := range "Aa0z-_.~ \n\x00" {
			changed := sealed[:i] + string(c) + sealed[i+1:]
			if changed == sealed {
				continue
			}
			_, err := k.Open(owner(), changed)
			if !errors.Is(err, secret.ErrSealed) && !errors.Is(err, secret.ErrWrongKey) {
				t.Errorf("%q: %v", changed, err)
			}
			if errors.Is(err, secret.ErrWrongKey) && (i < len("v1.") || i >= len("v1.630dcd29")) {
				t.Errorf("%q: %v", changed, err)
			}
		}
		for _, changed := range []string{sealed[:i], sealed[i+1:], sealed[:i] + sealed[i:] + "A", sealed[:i] + "\n" + sealed[i:], sealed[:i] + "=" + sealed[i:]} {
			if _, err := k.Open(owner(), changed); err == nil {
				t.Errorf("%q opens", changed)
			}
		}
	}
	for _, text := range []string{"", ".", "..", "v1", "v2" + sealed[2:], "v1.630dcd29.", "v1.630DCD29" + sealed[11:], "v1..AAAA", sealed + ".", "v1.630dcd29.AAAA", "plain text"} {
		if _, err := k.Open(owner(), text); !errors.Is(err, secret.ErrSealed) {
			t.Errorf("%q: %v", text, err)
		}
		if err := k.Check(text); !errors.Is(err, secret.ErrSealed) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestKeyring(t *testing.T) {
	t.Parallel()
	old, current, other := secret.NewKey(nil), secret.NewKey(nil), secret.NewKey(nil)
	ring := secret.NewKeyring(current, old)
	for _, c := range []struct {
		name    string
		sealed  string
		err     error
		current bool
	}{
		{"its own", ring.Seal(owner(), []byte("value")), nil, true},
		{"the current key", current.Seal(owner(), []byte("value")), nil, true},
		{"the old key", old.Seal(owner(), []byte("value")), nil, false},
		{"another key", other.Seal(owner(), []byte("value")), secret.ErrWrongKey, false},
		{"no sealed value", "value", secret.ErrSealed, false},
		{"another owner", current.Seal(secret.Owner{}, []byte("value")), secret.ErrSealed, true},
	} {
		got, err := ring.Open(owner(), c.sealed)
		if !errors.Is(err, c.err) || err == nil && string(got) != "value" {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
		if ring.Current(c.sealed) != c.current {
			t.Errorf("%s: Current is %v", c.name, !c.current)
		}
	}
	if err := current.Check(old.Seal(owner(), nil)); !errors.Is(err, secret.ErrWrongKey) || errors.Is(err, secret.ErrSealed) {
		t.Error(err)
	}
	_, err := ring.Open(owner(), other.Seal(owner(), nil))
	want := fmt.Sprintf("secret: sealed with another key: it needs key %s, here is %s, %s", other.ID(), current.ID(), old.ID())
	if fmt.Sprint(err) != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestZeroKeyPanics(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("the zero key seals")
		}
	}()
	var zero secret.Key
	zero.Seal(owner(), nil)
}

func TestSealAnything(t *testing.T) {
	t.Parallel()
	k := secret.NewKey(nil)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 20), func(b []byte) string { return string(b) })
		draw := func() secret.Owner {
			return secret.Owner{Project: text.Draw(t, "project"), Integration: text.Draw(t, "integration"), Name: text.Draw(t, "name")}
		}
		from, to := draw(), draw()
		plaintext := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "plaintext")
		sealed := k.Seal(from, plaintext)
		got, err := k.Open(from, sealed)
		if err != nil || !bytes.Equal(got, plaintext) {
			t.Fatalf("%x, %v", got, err)
		}
		if _, err := k.Open(to, sealed); (err == nil) != (from == to) {
			t.Fatalf("%+v opens as %+v: %v", from, to, err)
		}
	})
}

// FuzzOpen opens anything: nothing panics, and nothing opens that was not sealed.
func FuzzOpen(f *testing.F) {
	k := key(f, hexKey)
	f.Add(secret.NewKey(nil).Seal(owner(), []byte("value")))
	f.Add(k.Seal(secret.Owner{}, []byte("value")))
	f.Add("v1.630dcd29." + strings.Repeat("A", 38))
	f.Add("v1..")
	f.Fuzz(func(t *testing.T, sealed string) {
		plaintext, err := k.Open(owner(), sealed)
		if err == nil || plaintext != nil || !errors.Is(err, secret.ErrSealed) && !errors.Is(err, secret.ErrWrongKey) {
			t.Errorf("%q: %q, %v", sealed, plaintext, err)
		}
		if strings.ContainsAny(err.Error(), "\r\n") {
			t.Errorf("%q: %q", sealed, err)
		}
	})
}

// FuzzReadKey reads anything; what it takes it writes so that it reads it again.
func FuzzReadKey(f *testing.F) {
	f.Add([]byte(hexKey))
	f.Add([]byte("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		k, err := secret.ReadKey(text)
		if err != nil {
			return
		}
		if again, err := secret.ReadKey([]byte(k.Text())); err != nil || again != k {
			t.Errorf("%q: %v", text, err)
		}
	})
}
