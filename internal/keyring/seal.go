package keyring

import (
	"fmt"
	"io"

	aead "github.com/tink-crypto/tink-go/v2/aead/subtle"
	stream "github.com/tink-crypto/tink-go/v2/streamingaead/subtle"
)

// segment is how much of a sealed stream is verified at once, in bytes.
const segment = 64 << 10

// Seal encrypts a small secret (XChaCha20-Poly1305). owner is bound to it: it
// opens only with the same owner, so that a row copied to somebody else's
// opens for nobody.
func (r *Ring) Seal(purpose string, owner, plain []byte) ([]byte, error) {
	k := r.keys[0]
	a, err := aead.NewXChaCha20Poly1305(k.derive("seal " + purpose))
	if err != nil {
		return nil, err
	}
	sealed, err := a.Encrypt(plain, owner)
	if err != nil {
		return nil, fmt.Errorf("sealing %s: %w", purpose, err)
	}
	return append(append([]byte{}, k.id[:]...), sealed...), nil
}

// Open decrypts what Seal made, by whichever key of the ring that does more
// than verify, or gives ErrUnknown: ErrNoKey if its key is not among them.
func (r *Ring) Open(purpose string, owner, sealed []byte) ([]byte, error) {
	k, rest, err := r.find(sealed, false)
	if err != nil {
		return nil, err
	}
	a, err := aead.NewXChaCha20Poly1305(k.derive("seal " + purpose))
	if err != nil {
		return nil, err
	}
	plain, err := a.Decrypt(rest, owner)
	if err != nil {
		return nil, ErrUnknown
	}
	return plain, nil
}

// SealTo encrypts a stream (AES-256-GCM-HKDF in segments of 64 KiB), bound to
// its owner. Close finishes it; a stream that was not finished does not open.
func (r *Ring) SealTo(w io.Writer, purpose string, owner []byte) (io.WriteCloser, error) {
	k := r.keys[0]
	s, err := stream.NewAESGCMHKDF(k.derive("stream "+purpose), "SHA256", keySize, segment, 0)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(k.id[:]); err != nil {
		return nil, err
	}
	return s.NewEncryptingWriter(w, owner)
}

// OpenFrom decrypts a stream of SealTo. Reading fails at the first segment
// that was altered, and at the end if the end is missing.
func (r *Ring) OpenFrom(rd io.Reader, purpose string, owner []byte) (io.Reader, error) {
	head := make([]byte, idSize)
	if _, err := io.ReadFull(rd, head); err != nil {
		return nil, ErrUnknown
	}
	k, _, err := r.find(head, false)
	if err != nil {
		return nil, err
	}
	s, err := stream.NewAESGCMHKDF(k.derive("stream "+purpose), "SHA256", keySize, segment, 0)
	if err != nil {
		return nil, err
	}
	return s.NewDecryptingReader(rd, owner)
}
