package keyring_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"plusultra.link/privacy/internal/keyring"
)

func ring(t *testing.T, list string) *keyring.Ring {
	t.Helper()
	r, err := keyring.Parse(list)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestWhatAnOldKeyMadeStillOpensAfterRotation(t *testing.T) {
	t.Parallel()
	older, newer := keyring.Generate(), keyring.Generate()
	before, after := ring(t, older), ring(t, newer+", "+older)

	sealed, err := before.Seal("totp", []byte("me"), []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := after.Open("totp", []byte("me"), sealed); err != nil || string(plain) != "secret" {
		t.Errorf("open = %q, %v", plain, err)
	}
	if payload, err := after.Verify("link", before.Sign("link", []byte("p"))); err != nil || string(payload) != "p" {
		t.Errorf("verify = %q, %v", payload, err)
	}
	if h := after.Hashes("address", []byte("a")); !bytes.Equal(h[1], before.Hash("address", []byte("a"))) {
		t.Error("the old key's hash is not among the new ring's")
	}
}

func TestAnotherOwnerPurposeOrKeyOpensNothing(t *testing.T) {
	t.Parallel()
	r, other := ring(t, keyring.Generate()), ring(t, keyring.Generate())
	sealed, err := r.Seal("totp", []byte("me"), []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	for name, open := range map[string]func() ([]byte, error){
		"owner":   func() ([]byte, error) { return r.Open("totp", []byte("you"), sealed) },
		"purpose": func() ([]byte, error) { return r.Open("mail", []byte("me"), sealed) },
		"key":     func() ([]byte, error) { return other.Open("totp", []byte("me"), sealed) },
		"short":   func() ([]byte, error) { return r.Open("totp", []byte("me"), sealed[:3]) },
		"purpose of a link": func() ([]byte, error) {
			return r.Verify("b", r.Sign("a", []byte("x")))
		},
	} {
		if plain, err := open(); !errors.Is(err, keyring.ErrUnknown) {
			t.Errorf("another %s: %q, %v", name, plain, err)
		}
	}
}

func FuzzNoAlteredTokenVerifies(f *testing.F) {
	r, err := keyring.Parse(keyring.Generate())
	if err != nil {
		f.Fatal(err)
	}
	token := r.Sign("link", []byte("payload"))
	f.Add(token)
	f.Add("")
	f.Add(token[:len(token)-1])
	f.Fuzz(func(t *testing.T, other string) {
		if _, err := r.Verify("link", other); err == nil && other != token {
			t.Errorf("%q verifies", other)
		}
	})
}

func TestAStreamOpensWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	r := ring(t, keyring.Generate())
	plain := bytes.Repeat([]byte("row\n"), 700_000) // beyond two segments
	var sealed bytes.Buffer
	w, err := r.SealTo(&sealed, "export", []byte("me"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	read := func(data []byte, owner string) ([]byte, error) {
		rd, err := r.OpenFrom(bytes.NewReader(data), "export", []byte(owner))
		if err != nil {
			return nil, err
		}
		return io.ReadAll(rd)
	}
	if got, err := read(sealed.Bytes(), "me"); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("whole: %d bytes, %v", len(got), err)
	}
	if _, err := read(sealed.Bytes(), "you"); err == nil {
		t.Error("somebody else's stream opens")
	}
	if _, err := read(sealed.Bytes()[:sealed.Len()-10], "me"); err == nil {
		t.Error("a cut stream reads to its end")
	}
}

func TestABadKeyIsNamedByItsPlace(t *testing.T) {
	t.Parallel()
	if _, err := keyring.Parse(keyring.Generate() + ",short"); err == nil || !bytes.Contains([]byte(err.Error()), []byte("key 2")) {
		t.Errorf("err = %v", err)
	}
}

func TestAKeyThatLeakedOnlyVouchesForLinksOfOldMessages(t *testing.T) {
	t.Parallel()
	leaked, newer := keyring.Generate(), keyring.Generate()
	before, after := ring(t, leaked), ring(t, newer+",verify:"+leaked)
	sealed, err := before.Seal("totp", []byte("me"), []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := after.Open("totp", []byte("me"), sealed); !errors.Is(err, keyring.ErrNoKey) {
		t.Errorf("it opens what was sealed with it: %v", err)
	}
	var stream bytes.Buffer
	w, err := before.SealTo(&stream, "export", []byte("me"))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := after.OpenFrom(&stream, "export", []byte("me")); !errors.Is(err, keyring.ErrNoKey) {
		t.Errorf("it opens a stream: %v", err)
	}
	token := before.Sign("p", []byte("x"))
	if _, err := after.Verify("p", token); !errors.Is(err, keyring.ErrUnknown) {
		t.Errorf("it vouches for what is short-lived: %v", err)
	}
	if payload, err := after.VerifyLasting("p", token); err != nil || string(payload) != "x" {
		t.Errorf("a lasting link: %q, %v", payload, err)
	}
	if h := after.Hashes("address", []byte("a")); !bytes.Equal(h[1], before.Hash("address", []byte("a"))) {
		t.Error("what is suppressed under it is forgotten")
	}
	if !after.PublicKeys("receipt")[1].Equal(before.SigningKey("receipt").Public()) {
		t.Error("a receipt signed with it verifies no more")
	}
}

func TestARingThatCanDoNoNewWorkOrNamesAKeyTwiceIsRefused(t *testing.T) {
	t.Parallel()
	key := keyring.Generate()
	for _, list := range []string{"", "short", "verify:" + key, key + "," + key, key + ",verify:" + key, key + ","} {
		if _, err := keyring.Parse(list); err == nil {
			t.Errorf("%d characters are taken for a ring", len(list))
		}
	}
}
