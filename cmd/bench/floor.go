package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/klauspost/compress/gzip"
)

// floor is the baseline of pages: the same statements as the portal's, the
// session's first and then all others in one batch, and the same bytes of HTML,
// packed. Less than that no page with this content can cost in Go.
type floor struct {
	pool    *pgxpool.Pool
	visits  []replay
	packers sync.Pool
}

func (t task) floor(ctx context.Context) (http.Handler, error) {
	raw, err := os.ReadFile(filepath.Clean(t.Input))
	if err != nil {
		return nil, err
	}
	f := &floor{packers: sync.Pool{New: func() any { w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed); return w }}}
	if err := json.Unmarshal(raw, &f.visits); err != nil {
		return nil, err
	}
	if f.pool, err = barePool(ctx, t.Database); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /floor/{at}", f.show)
	return mux, nil
}

func (f *floor) show(w http.ResponseWriter, r *http.Request) {
	at, err := strconv.Atoi(r.PathValue("at"))
	if err != nil || at < 0 || at >= len(f.visits) {
		http.NotFound(w, r)
		return
	}
	if err := f.ask(r.Context(), f.visits[at].Statements); err != nil {
		fmt.Fprintf(os.Stderr, "floor: %v\n", err)
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Encoding", "gzip")
	pack := f.packers.Get().(*gzip.Writer) // nothing else is put there
	defer f.packers.Put(pack)
	pack.Reset(w)
	_, _ = pack.Write(f.visits[at].HTML) // a caller who has gone is not told
	_ = pack.Close()
}

// ask reads all that a page reads, in two round trips.
func (f *floor) ask(ctx context.Context, all []statement) error {
	conn, err := f.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	rows, err := conn.Query(ctx, all[0].SQL, all[0].values()...)
	if err := drain(rows, err); err != nil || len(all) == 1 {
		return err
	}
	batch := &pgx.Batch{}
	for _, s := range all[1:] {
		batch.Queue(s.SQL, s.values()...)
	}
	answers := conn.SendBatch(ctx, batch)
	defer func() { _ = answers.Close() }()
	for range all[1:] {
		rows, err := answers.Query()
		if err := drain(rows, err); err != nil {
			return err
		}
	}
	return answers.Close()
}

func (s statement) values() []any {
	out := make([]any, len(s.Args))
	for i, a := range s.Args {
		if a != nil {
			out[i] = *a
		}
	}
	return out
}

func drain(rows pgx.Rows, err error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		_ = rows.RawValues()
	}
	return rows.Err()
}
