package main

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/audit"
	"plusultra.link/privacy/internal/erasure"
	"plusultra.link/privacy/internal/export"
	"plusultra.link/privacy/internal/postgres"
	"plusultra.link/privacy/internal/record"
)

const (
	connectionLog = "connection-log"
	held          = 20_000 // rows of somebody whose rows are taken out or erased
	imported      = 20_000
)

// connections are lines of a feed about somebody, an hour apart.
func connections(address string, n int) string {
	var b strings.Builder
	b.WriteString("person,started_at,network,place,bytes,seconds\n")
	at := time.Now().UTC().AddDate(0, -6, 0).Truncate(time.Hour)
	for i := range n {
		fmt.Fprintf(&b, "%s,%s,198.51.%d.0/24,\"Denver, US\",%d,60\n", address, at.Add(time.Duration(i)*time.Minute).Format(time.RFC3339), i%256, i)
	}
	return b.String()
}

// holder makes somebody with rows.
func (g *ground) holder(ctx context.Context) (id uuid.UUID, err error) {
	id, address, err := g.person(ctx)
	if err != nil {
		return id, err
	}
	in := record.IngestInput{Category: connectionLog, Source: "kill", Reader: strings.NewReader(connections(address, held)), Format: record.CSV, Actor: audit.BySystem("bench")}
	got, err := g.app.Records.Ingest(ctx, in)
	if err == nil && got.Added != held {
		err = fmt.Errorf("%d of %d rows went in", got.Added, held)
	}
	return id, err
}

// importing is a file that a command imports.
type importing struct {
	commanded
	person uuid.UUID
}

func (g *ground) newImport(ctx context.Context) (work, error) {
	id, address, err := g.person(ctx)
	if err != nil {
		return nil, err
	}
	file := g.place("feed.csv")
	if err := os.WriteFile(file, []byte(connections(address, imported)), 0o600); err != nil {
		return nil, err
	}
	return &importing{commanded{ground: g, env: g.env(), args: []string{"import", "--category", connectionLog, file}}, id}, nil
}

func (i *importing) check(ctx context.Context) error {
	return errors.Join(
		i.want(ctx, "rows", imported, "select count(*) from connection_log where person_id = $1", i.person),
		i.want(ctx, "different rows", imported, "select count(distinct bytes) from connection_log where person_id = $1", i.person),
	)
}

// exporting is a copy of somebody's rows.
type exporting struct {
	served
	person uuid.UUID
	id     uuid.UUID
}

func (g *ground) newExport(ctx context.Context) (work, error) {
	person, err := g.holder(ctx)
	if err != nil {
		return nil, err
	}
	s, err := g.served(ctx)
	return &exporting{served: s, person: person}, err
}

func (e *exporting) begin(ctx context.Context) error {
	asked, err := e.app.Exports.Ask(ctx, audit.ByPerson(e.person), e.person, []string{connectionLog})
	e.id = asked.ID
	return err
}

func (e *exporting) done(ctx context.Context) (bool, error) {
	now, err := e.app.Exports.Find(ctx, e.person, e.id)
	if err == nil && now.State == export.Failed {
		err = errors.New("it has failed")
	}
	return now.State == export.Ready, err
}

func (e *exporting) check(ctx context.Context) error {
	file, err := e.app.Exports.Open(ctx, audit.ByPerson(e.person), e.person, e.id)
	if err != nil {
		return err
	}
	archive, err := io.ReadAll(file)
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	return errors.Join(
		manifested(archive),
		e.want(ctx, "messages about it", 1, "select count(*) from mail_message where person_id = $1 and kind = 'exportReady'", e.person),
		e.want(ctx, "notes of it", 1, "select count(*) from audit_entry where person_id = $1 and action = 'export.ready'", e.person),
		e.want(ctx, "steps left", 0, "select count(*) from export_step where person_id = $1 and done_at is null", e.person),
	)
}

// manifested tells whether an archive is what its manifest says, with all rows.
func manifested(archive []byte) error {
	in, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return err
	}
	read := func(name string) ([]byte, error) {
		f, err := in.Open(name)
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(f)
		return content, errors.Join(err, f.Close())
	}
	raw, err := read("manifest.json")
	if err != nil {
		return err
	}
	var manifest struct {
		Categories []struct {
			Files []struct {
				Path   string
				SHA256 string
			}
		}
	}
	if err := json.Unmarshal(raw, &manifest); err != nil {
		return err
	}
	rows := 0
	for _, c := range manifest.Categories {
		for _, f := range c.Files {
			content, err := read(f.Path)
			if err != nil {
				return err
			}
			if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != f.SHA256 {
				return fmt.Errorf("%s is not what the manifest says", f.Path)
			}
			if strings.HasSuffix(f.Path, ".ndjson") {
				rows += bytes.Count(content, []byte{'\n'})
			}
		}
	}
	if rows != held {
		return fmt.Errorf("the archive holds %d of %d rows", rows, held)
	}
	return nil
}

// erasing is the erasure of somebody with rows.
type erasing struct {
	served
	person, id uuid.UUID
	others     int // rows of everybody else
}

func (g *ground) newErasure(ctx context.Context) (work, error) {
	person, err := g.holder(ctx)
	if err != nil {
		return nil, err
	}
	others, err := g.count(ctx, "select count(*) from connection_log where person_id <> $1", person)
	if err != nil {
		return nil, err
	}
	s, err := g.served(ctx)
	return &erasing{served: s, person: person, others: others}, err
}

func (e *erasing) begin(ctx context.Context) error {
	return e.db.InTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		e.id, _, err = e.app.Erasures.Schedule(ctx, tx, audit.ByPerson(e.person), e.person, uuid.Nil, "en")
		return err
	})
}

func (e *erasing) done(ctx context.Context) (bool, error) {
	now, err := e.app.Erasures.Get(ctx, e.id)
	return now.State == erasure.Done, err
}

func (e *erasing) check(ctx context.Context) error {
	now, err := e.app.Erasures.Get(ctx, e.id)
	if err != nil {
		return err
	}
	keys, err := e.app.Audit.Keys()
	if err == nil {
		_, err = audit.VerifyReceipt([]byte(now.Receipt), keys...)
	}
	return errors.Join(err,
		e.want(ctx, "rows left", 0, "select (select count(*) from connection_log where person_id = $1) + (select count(*) from profile where person_id = $1) + (select count(*) from person where id = $1)", e.person),
		e.want(ctx, "rows of others", e.others, "select count(*) from connection_log where person_id <> $1", e.person),
		e.want(ctx, "ends noted", 1, "select count(*) from audit_entry where person_id = $1 and action = 'erasure.done'", e.person),
		e.want(ctx, "rows counted", held, "select coalesce(sum(rows_done), 0) from erasure_step where erasure_id = $1 and category = $2", e.id, connectionLog),
	)
}
