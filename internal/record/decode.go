package record

import (
	"bufio"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"

	"plusultra.link/privacy/internal/fault"
)

// Packing is how rows are compressed.
type Packing string

// The packings: RFC 1952, RFC 8878. Recognised tells by the first bytes.
const (
	Plain      Packing = ""
	Gzip       Packing = "gzip"
	Zstd       Packing = "zstd"
	Recognised Packing = "auto"
)

// Charset is how text is written in bytes.
type Charset string

// The charsets. Without one it is UTF-8, unless the first bytes say otherwise:
// a mark of UTF-16, or text that is not UTF-8 and is Windows' Japanese.
const (
	UTF8  Charset = "utf-8"
	UTF16 Charset = "utf-16"
	CP932 Charset = "cp932"
)

// ParseCharset knows a charset by the names that it has in media types and in
// programs; "" is none.
func ParseCharset(name string) (c Charset, ok bool) {
	switch strings.ToLower(name) {
	case "":
		return "", true
	case "utf-8", "utf8", "us-ascii":
		return UTF8, true
	case "utf-16", "utf-16le", "utf-16be":
		return UTF16, true
	case "cp932", "ms932", "windows-31j", "shift_jis", "sjis":
		return CP932, true
	}
	return "", false
}

const (
	largestWindow = 8 << 20 // of zstd: what RFC 9659 lets a server ask of a reader
	sniffed       = 64 << 10
)

// decode gives the text of what was sent, as UTF-8. foreign tells that it was
// written otherwise, so that U+FFFD stands for what could not be read. close
// ends it.
func decode(in IngestInput) (text io.Reader, foreign bool, closed func(), err error) {
	from := bufio.NewReaderSize(in.Reader, sniffed)
	unpacked, closed, err := unpack(from, in.Packing)
	if err != nil {
		return nil, false, nil, err
	}
	if in.Most > 0 {
		unpacked = &bounded{unpacked, in.Most}
	}
	peeking := bufio.NewReaderSize(unpacked, sniffed)
	first, err := peeking.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		closed()
		return nil, false, nil, err
	}
	switch charsetOf(in.Charset, first) {
	case UTF16:
		return encoded(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), peeking), true, closed, nil
	case CP932:
		return encoded(japanese.ShiftJIS, peeking), true, closed, nil
	case UTF8:
	}
	return peeking, false, closed, nil
}

func encoded(e encoding.Encoding, from io.Reader) io.Reader { return e.NewDecoder().Reader(from) }

func charsetOf(said Charset, first []byte) Charset {
	switch {
	case said != "":
		return said
	case bytes.HasPrefix(first, []byte(utf16LittleMark)), bytes.HasPrefix(first, []byte(utf16BigMark)):
		return UTF16
	}
	whole := first
	for range utf8.UTFMax { // the last character may go on behind what was looked at
		if utf8.Valid(whole) {
			return UTF8
		}
		whole = whole[:max(0, len(whole)-1)]
	}
	if read, err := japanese.ShiftJIS.NewDecoder().Bytes(first[:bytes.LastIndexByte(first, '\n')+1]); err == nil && len(read) > 0 && !bytes.ContainsRune(read, utf8.RuneError) {
		return CP932
	}
	return UTF8
}

func unpack(from *bufio.Reader, packing Packing) (io.Reader, func(), error) {
	if packing == Recognised {
		first, _ := from.Peek(4) // what ends before is no packing
		switch {
		case bytes.HasPrefix(first, []byte{0x1f, 0x8b}):
			packing = Gzip
		case bytes.Equal(first, []byte{0x28, 0xb5, 0x2f, 0xfd}):
			packing = Zstd
		}
	}
	switch packing {
	case Gzip:
		r, err := gzip.NewReader(from)
		if err != nil {
			return nil, nil, damaged(err)
		}
		return packed{r}, func() { _ = r.Close() }, nil
	case Zstd:
		r, err := zstd.NewReader(from, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(largestWindow))
		if err != nil {
			return nil, nil, damaged(err)
		}
		return packed{r}, r.Close, nil
	case Plain, Recognised:
		return from, func() {}, nil
	}
	return nil, nil, fmt.Errorf("record: no packing is called %q", packing)
}

// packed tells what is wrong with the packing from what is wrong with the
// reader beneath it.
type packed struct{ io.Reader }

func (p packed) Read(b []byte) (int, error) {
	n, err := p.Reader.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = damaged(err)
	}
	return n, err
}

func damaged(err error) error {
	_, corrupt := errors.AsType[flate.CorruptInputError](err)
	for _, one := range []error{
		gzip.ErrHeader, gzip.ErrChecksum, io.ErrUnexpectedEOF, io.EOF, zstd.ErrMagicMismatch, zstd.ErrCRCMismatch, zstd.ErrUnexpectedBlockSize,
		zstd.ErrReservedBlockType, zstd.ErrCompressedSizeTooBig, zstd.ErrBlockTooSmall, zstd.ErrWindowSizeExceeded, zstd.ErrWindowSizeTooSmall,
		zstd.ErrDecoderSizeExceeded, zstd.ErrUnknownDictionary, zstd.ErrFrameSizeExceeded, zstd.ErrFrameSizeMismatch,
	} {
		corrupt = corrupt || errors.Is(err, one)
	}
	if corrupt {
		return fault.Wrap(err, fault.Invalid, "record.packed")
	}
	return err
}

// bounded ends with TooLarge after a number of bytes.
type bounded struct {
	from io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.from.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fault.New(fault.TooLarge, "fault.tooLarge")
	}
	return n, err
}
