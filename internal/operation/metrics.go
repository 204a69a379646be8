package operation

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are the facts as Prometheus reads them, and what this portal has done
// since it started. No label names or numbers a person: they are codes of the
// program, patterns of routes and names of servers.
type Metrics struct {
	registry *prometheus.Registry
	took     *prometheus.HistogramVec
	routes   sync.Map // routeStatus → prometheus.Observer: a look-up without building a key of strings
}

type routeStatus struct {
	method, route string
	status        int
}

// Metrics makes them, for one handler.
func (s *Service) Metrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "portal_request_duration_seconds", Help: "How long requests took, by the pattern of the route.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 20},
		}, []string{"method", "route", "status"}),
	}
	m.registry.MustRegister(
		m.took, &collector{s},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return m
}

// Observe counts a request. route is the pattern, and empty where there was none.
func (m *Metrics) Observe(method, route string, status int, took time.Duration) {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
	default: // anybody may send any word
		method = "other"
	}
	key := routeStatus{method, route, status}
	seen, ok := m.routes.Load(key)
	if !ok {
		seen, _ = m.routes.LoadOrStore(key, m.took.WithLabelValues(method, route, strconv.Itoa(status)))
	}
	seen.(prometheus.Observer).Observe(took.Seconds()) //nolint:forcetypeassert // nothing else is put there
}

// Handler answers Prometheus. What the database or another part does not tell
// is left out, and portal_up says so.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 2, Timeout: 2 * readTime})
}

// readTime is how long the facts may take.
const readTime = 10 * time.Second

// collector reads the facts when they are asked for, and keeps none.
type collector struct{ service *Service }

// Describe describes none ahead: what there is depends on the facts.
func (*collector) Describe(chan<- *prometheus.Desc) {}

// Collect reads the facts.
func (c *collector) Collect(to chan<- prometheus.Metric) {
	out := sink{to}
	c.service.counted(out)
	ctx, cancel := context.WithTimeout(context.Background(), readTime)
	defer cancel()
	f, err := c.service.Read(ctx)
	if err != nil {
		out.gauge("portal_up", "Whether the database told how the portal does.", 0)
		return
	}
	out.gauge("portal_up", "Whether the database told how the portal does.", 1)
	f.tell(out)
}

// sink takes figures by name, with pairs of label and value.
type sink struct{ to chan<- prometheus.Metric }

func (s sink) gauge(name, help string, value float64, labels ...string) {
	s.send(prometheus.GaugeValue, name, help, value, labels)
}

func (s sink) counter(name, help string, value float64, labels ...string) {
	s.send(prometheus.CounterValue, name, help, value, labels)
}

func (s sink) send(kind prometheus.ValueType, name, help string, value float64, labels []string) {
	fixed := prometheus.Labels{}
	for i := 0; i+1 < len(labels); i += 2 {
		fixed[labels[i]] = labels[i+1]
	}
	metric, err := prometheus.NewConstMetric(prometheus.NewDesc(name, help, nil, fixed), kind, value)
	if err != nil { // a name that is none
		metric = prometheus.NewInvalidMetric(prometheus.NewDesc(name, help, nil, nil), err)
	}
	s.to <- metric
}

// counted is what this portal has done since it started.
func (s *Service) counted(out sink) {
	c := s.deps.DB.Connections()
	const pool = "Connections of this portal to the database."
	out.gauge("portal_database_connections", pool, float64(c.Used), "state", "used")
	out.gauge("portal_database_connections", pool, float64(c.Idle), "state", "idle")
	out.gauge("portal_database_connections_max", "As many connections there may be.", float64(c.Most))
	out.counter("portal_database_connection_waits_total", "Times that somebody waited for a connection.", float64(c.Waited))
	out.counter("portal_database_connection_wait_seconds_total", "How long was waited for connections, in all.", c.WaitedFor.Seconds())
	out.counter("portal_export_bytes_total", "Bytes of archives that this portal finished.", float64(s.deps.Exports.BytesWritten()))
	rows := s.deps.Records.Taken()
	const ingest = "Rows that came in through this portal, by what became of them."
	out.counter("portal_ingest_rows_total", ingest, float64(rows.Added), "outcome", "added")
	out.counter("portal_ingest_rows_total", ingest, float64(rows.Updated), "outcome", "updated")
	out.counter("portal_ingest_rows_total", ingest, float64(rows.Known), "outcome", "known")
	out.counter("portal_ingest_rows_total", ingest, float64(rows.Refused), "outcome", "refused")
}

// tell says the facts. Numbers stop at CountedTo + 1.
func (f Facts) tell(out sink) {
	wrong := map[Code]Problem{}
	for _, p := range f.Problems() {
		wrong[p.Code] = p
	}
	for _, code := range Codes() {
		p, is := wrong[code]
		number := float64(p.Number)
		if is {
			number = max(number, 1)
		}
		out.gauge("portal_problem", "What the operator's page says is wrong; 0 where it is not. Counting stops at 1001.", number, "problem", string(code))
	}
	age := func(since time.Time) float64 {
		if since.IsZero() {
			return 0
		}
		return f.At.Sub(since).Seconds()
	}
	for _, w := range f.Work {
		for state, n := range map[string]int64{"waiting": w.Waiting, "running": w.Running, "retrying": w.Retrying, "later": w.Later, "failed": w.Failed} {
			out.gauge("portal_work", "Jobs and long work, by kind and state. Counting stops at 1001.", float64(n), "kind", w.Kind, "state", state)
		}
		out.gauge("portal_work_oldest_seconds", "For how long the first of what waits has been due.", age(w.Oldest), "kind", w.Kind)
	}
	const mail = "Messages that wait, and of these those that no key here opens. Counting stops at 1001."
	out.gauge("portal_mail", mail, float64(f.Mail.Waiting.Number), "state", "waiting")
	out.gauge("portal_mail", mail, float64(f.Mail.NoKey.Number), "state", "no-key")
	out.gauge("portal_mail_oldest_seconds", "For how long the first message has waited.", age(f.Mail.Waiting.First))
	for _, m := range *f.Mail.Failed {
		out.gauge("portal_mail_failed", "Messages given up in the last seven days. Counting stops at 1001.", float64(m.Number), "reason", string(m.Why))
	}
	out.gauge("portal_erasures_late", "Deletions that should have ended long ago.", float64(f.Erasures.Number))
	out.gauge("portal_erasures_late_seconds", "How long ago the first of them should have begun.", age(f.Erasures.First))
	out.gauge("portal_journal_waiting", "Entries that are not yet in the journal outside the database. Counting stops at 1001.", float64(f.Journal.Number))
	out.gauge("portal_journal_lag_seconds", "How long ago the first of them was said.", age(f.Journal.First))
	out.gauge("portal_exports", "Copies under way.", float64(f.Exports.UnderWay.Number))
	if f.Files.Configured {
		up := 1.0
		if f.Files.Away != nil {
			up = 0
		}
		out.gauge("portal_files_up", "Whether the place for files answers.", up)
	}
	out.gauge("portal_schema_version", "The database's schema.", float64(f.Schema.Has))
	out.gauge("portal_schema_known", "The schema that this program knows.", float64(f.Schema.Known))
	for i, s := range f.Standbys {
		if !s.Hidden {
			labels := []string{"standby", s.Name, "number", strconv.Itoa(i)} // names need not differ
			out.gauge("portal_standby_lag_seconds", "How far a standby is behind, as measured last.", s.Lag.Seconds(), labels...)
			out.gauge("portal_standby_lag_bytes", "Bytes of the log that a standby has not taken yet.", float64(s.Bytes), labels...)
		}
	}
}
