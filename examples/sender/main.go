// Command sender is what a system that writes to people does with the portal's API:
// it asks before it sends, takes the links that its message carries, and hears of
// what people choose. It stands on the standard library alone: copy what you need.
//
//	PORTAL_URL=https://privacy.example.com PORTAL_KEY=portal_… sender promotions robin@example.com
//	WEBHOOK_SECRET=whsec_… sender    # receives at localhost:8099
package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

func main() {
	if len(os.Args) == 3 {
		p := portal{os.Getenv("PORTAL_URL"), os.Getenv("PORTAL_KEY"), http.DefaultClient}
		if err := p.write(context.Background(), os.Stdout, os.Args[1], os.Args[2]); err != nil {
			log.Fatal(err)
		}
		return
	}
	r := &receiver{secret: os.Getenv("WEBHOOK_SECRET"), now: time.Now, heard: func(c change) { fmt.Println(c.Person, c.Topic, c.Given) }}
	server := http.Server{Addr: "localhost:8099", Handler: r, ReadHeaderTimeout: 5 * time.Second}
	log.Fatal(server.ListenAndServe())
}

// portal is the API, with a key whose scopes are ask and links.
type portal struct {
	url, key string
	client   *http.Client
}

// write says what a message to somebody would carry, if there may be one.
func (p portal) write(ctx context.Context, w io.Writer, topic, address string) error {
	var may struct {
		Allowed bool
		Why     string
	}
	if err := p.post(ctx, "/api/v1/ask", map[string]any{"topic": topic, "person": address}, &may); err != nil {
		return err
	}
	if !may.Allowed {
		_, err := fmt.Fprintf(w, "not sent: %s\n", may.Why)
		return err
	}
	var out struct {
		Links []struct{ Headers map[string]string }
	}
	if err := p.post(ctx, "/api/v1/links", map[string]any{"topic": topic, "people": []string{address}}, &out); err != nil {
		return err
	}
	for name, value := range out.Links[0].Headers { // set before the message is signed
		fmt.Fprintf(w, "%s: %s\n", name, value)
	}
	return nil
}

// post asks the API. Whoever gets no answer keeps to what is safe, and sends nothing.
func (p portal) post(ctx context.Context, path string, ask, answer any) error {
	body, err := json.Marshal(ask)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+p.key)
	r.Header.Set("Content-Type", "application/json")
	res, err := p.client.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(io.LimitReader(res.Body, 1<<10))
		return fmt.Errorf("%s: %s %s", path, res.Status, said)
	}
	return json.NewDecoder(res.Body).Decode(answer)
}

type change struct {
	Person, Topic string
	Given         bool
}

// receiver takes the portal's webhooks.
type receiver struct {
	secret string
	now    func() time.Time
	heard  func(change)

	mu   sync.Mutex
	seen map[string]bool // ids; keep them where they outlive you
}

// ServeHTTP does what a message says, once, and only then takes it: what is not
// taken comes again.
func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, q.Body, 1<<20))
	if err == nil {
		err = verify(r.secret, q.Header, body, r.now())
	}
	var said struct {
		Data struct{ Changes []change }
	}
	if err == nil {
		err = json.Unmarshal(body, &said)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if id := q.Header.Get("webhook-id"); !r.seen[id] {
		for _, c := range said.Data.Changes {
			r.heard(c)
		}
		if r.seen == nil {
			r.seen = map[string]bool{}
		}
		r.seen[id] = true
	}
	w.WriteHeader(http.StatusNoContent)
}

// tolerance is how far the portal's clock and ours may be apart. An older message
// is one that somebody has kept to send it again.
const tolerance = 5 * time.Minute

// verify tells whether a message is the portal's, and from now (Standard Webhooks).
func verify(secret string, h http.Header, body []byte, now time.Time) error {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return err
	}
	at, err := strconv.ParseInt(h.Get("webhook-timestamp"), 10, 64)
	if err != nil || now.Sub(time.Unix(at, 0)).Abs() > tolerance {
		return errors.New("not from now")
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.%s", h.Get("webhook-id"), at, body)
	want := mac.Sum(nil)
	for _, one := range strings.Fields(h.Get("webhook-signature")) { // two while a secret is changed
		version, signature, _ := strings.Cut(one, ",")
		got, err := base64.StdEncoding.DecodeString(signature)
		if version == "v1" && err == nil && hmac.Equal(got, want) {
			return nil
		}
	}
	return errors.New("not from the portal")
}
