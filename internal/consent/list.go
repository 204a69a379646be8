package consent

import (
	"context"
	"encoding/base64"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"plusultra.link/privacy/internal/address"
	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/postgres"
)

// The columns of the suppression list as a file. An import needs one of the first
// two, and reads the next two; what the last says, it knows better.
const (
	columnAddress = "address"
	columnHash    = "hash"
	columnTopic   = "topic"
	columnSince   = "since"
	columnReason  = "reason"
)

// listBatch is how many lines go in one statement.
const listBatch = 5000

// Listed counts what became of the lines of an import.
type Listed struct {
	Added   int64
	Known   int64
	Refused int64
}

// ListRefusal is a line that is not taken, and why: the key of a sentence.
type ListRefusal struct {
	Line int
	Key  string
}

// errNoKeys is of a hash that this portal could compare with nothing.
var errNoKeys = errors.New("made with keys that are not this portal's")

// ImportSuppressions puts addresses on the list of those that get no mail of a
// topic, or of any: from CSV with a column address, or with the column hash of an
// export of this portal or one with its keys. Without a topic it is all mail, and
// without a time it is now. It adds and takes nothing away: whoever is on the list
// stays there as they were. A line that can't be read is refused and the rest
// goes on. What was added before an error stays, and is counted.
func (s *Service) ImportSuppressions(ctx context.Context, actor audit.Actor, r io.Reader, refused func(ListRefusal)) (done Listed, err error) {
	lines := csv.NewReader(r)
	header, err := lines.Read()
	if err != nil {
		return done, fault.Wrap(err, fault.Invalid, "consent.listHeader")
	}
	columns := map[string]int{}
	for i, name := range header {
		name = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))
		if _, twice := columns[name]; twice || !slices.Contains([]string{columnAddress, columnHash, columnTopic, columnSince, columnReason}, name) {
			return done, fault.New(fault.Invalid, "consent.listHeader")
		}
		columns[name] = i
	}
	_, byAddress := columns[columnAddress]
	if _, byHash := columns[columnHash]; byHash == byAddress {
		return done, fault.New(fault.Invalid, "consent.listHeader")
	}
	defer func() {
		kept := s.deps.DB.InTx(context.WithoutCancel(ctx), func(ctx context.Context, tx postgres.Tx) error {
			return audit.Record(ctx, tx, audit.Entry{
				At: s.deps.Now(), Actor: actor, Action: "suppression.imported",
				Detail: map[string]any{"added": done.Added, "known": done.Known, "refused": done.Refused, "whole": err == nil},
			})
		})
		err = errors.Join(err, kept)
	}()
	var batch []listing
	for {
		line, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return done, s.list(ctx, batch, &done)
		}
		at, _ := lines.FieldPos(0)
		one, key := listing{}, "consent.listLine"
		if _, broken := errors.AsType[*csv.ParseError](err); err != nil && !broken {
			return done, errors.Join(fmt.Errorf("consent: reading a suppression list: %w", err), s.list(ctx, batch, &done))
		}
		if err == nil {
			one, key = s.listing(columns, line)
		}
		if key != "" {
			done.Refused++
			refused(ListRefusal{at, key})
			continue
		}
		if batch = append(batch, one); len(batch) == listBatch {
			if err := s.list(ctx, batch, &done); err != nil {
				return done, err
			}
			batch = batch[:0]
		}
	}
}

// listing reads a line; key says why it can't be.
func (s *Service) listing(columns map[string]int, line []string) (one listing, key string) {
	field := func(name string) string {
		if i, ok := columns[name]; ok {
			return strings.TrimSpace(line[i])
		}
		return ""
	}
	one = listing{topic: All, at: s.deps.Now()}
	if topic := field(columnTopic); topic != "" {
		t, ok := s.deps.Register.Topic(topic)
		if topic != All && (!ok || !t.IsMail() || t.Locked) {
			return one, "consent.listTopic"
		}
		one.topic = topic
	}
	if since := field(columnSince); since != "" {
		at, err := time.Parse(time.RFC3339, since)
		if err != nil || at.After(one.at) || at.Year() < 1970 {
			return one, "consent.listSince"
		}
		one.at = at
	}
	if _, byHash := columns[columnHash]; byHash {
		hash, err := s.readHash(field(columnHash))
		switch {
		case errors.Is(err, errNoKeys):
			return one, "consent.listKeys"
		case err != nil:
			return one, "consent.listHash"
		}
		one.hash = hash
		return one, ""
	}
	at, err := address.Parse(field(columnAddress))
	if err != nil {
		return one, "consent.listAddress"
	}
	one.hash = s.AddressHash(at.String())
	return one, ""
}

func (s *Service) list(ctx context.Context, batch []listing, done *Listed) error {
	if len(batch) == 0 {
		return nil
	}
	added, err := suppress(ctx, s.deps.DB.Pool, imported, true, batch...)
	if err == nil {
		done.Added += added
		done.Known += int64(len(batch)) - added
	}
	return err
}

// ExportSuppressions writes the whole list as CSV, by keyed hashes from which no
// address can be read, and gives the number of its lines.
func (s *Service) ExportSuppressions(ctx context.Context, actor audit.Actor, w io.Writer) (n int64, err error) {
	defer func() {
		kept := s.deps.DB.InTx(context.WithoutCancel(ctx), func(ctx context.Context, tx postgres.Tx) error {
			return audit.Record(ctx, tx, audit.Entry{At: s.deps.Now(), Actor: actor, Action: "suppression.exported", Detail: map[string]any{"rows": n, "whole": err == nil}})
		})
		err = errors.Join(err, kept)
	}()
	out := csv.NewWriter(w)
	if err := out.Write([]string{columnHash, columnTopic, columnSince, columnReason}); err != nil {
		return 0, err
	}
	keys := s.keyIDs()
	for last := (Suppression{Hash: []byte{}}); ; {
		batch, err := readSuppressions(ctx, s.deps.DB.Pool, last, listBatch)
		if err != nil {
			return n, err
		}
		for _, one := range batch {
			hash := strings.Join(keys, ".") + ":" + base64.RawURLEncoding.EncodeToString(one.Hash)
			_ = out.Write([]string{hash, one.Topic, one.At.UTC().Format(time.RFC3339Nano), one.Reason}) // Error gives its error
			last = one
		}
		out.Flush()
		if err := out.Error(); err != nil {
			return n, fmt.Errorf("consent: writing the suppression list: %w", err)
		}
		n += int64(len(batch))
		if len(batch) < listBatch {
			return n, nil
		}
	}
}

// keyIDs are the names of the keys by which addresses are hashed here: a hash is of
// one of them, and says nothing to a portal that has not all.
func (s *Service) keyIDs() (ids []string) {
	for _, k := range s.deps.Ring.Keys() {
		ids = append(ids, hex.EncodeToString(k.ID[:]))
	}
	return ids
}

// readHash reads a hash of an export.
func (s *Service) readHash(written string) ([]byte, error) {
	made, hash, _ := strings.Cut(written, ":")
	raw, err := base64.RawURLEncoding.DecodeString(hash)
	if err != nil || len(raw) != hashSize {
		return nil, errors.New("no hash")
	}
	ours := s.keyIDs()
	for _, id := range strings.Split(made, ".") {
		if !slices.Contains(ours, id) {
			return nil, errNoKeys
		}
	}
	return raw, nil
}
