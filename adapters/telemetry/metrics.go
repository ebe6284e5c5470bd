package telemetry

import (
	"net/http"
	"runtime"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// State is what is so at the moment at which somebody reads the metrics.
type State struct {
	Ready   bool          // requests are answered from an up to date view
	Lag     time.Duration // the age of the oldest event that is not processed
	Events  int           // that are
	Pending int           // received, and not processed
	Place   float64       // of the newest event that is processed, in the log
	Streams int           // of changes, open

	AwardPasses, AwardFailures int
	Awarded                    time.Time // when a pass last succeeded; zero for never
}

// metrics are what is counted.
type metrics struct {
	registry *prometheus.Registry
	handler  http.Handler

	requests  *prometheus.CounterVec
	refused   *prometheus.CounterVec
	durations *prometheus.HistogramVec
	previews  prometheus.Histogram
}

// The bounds of histograms, in seconds. Pages are to take 20 ms, and previews 100 ms.
var (
	requestBuckets = []float64{.001, .0025, .005, .01, .02, .05, .1, .25, .5, 1, 2.5, 10, 30}
	previewBuckets = []float64{.001, .0025, .005, .01, .015, .025, .05, .1, .25, .5, 1, 5}
)

func newMetrics(o Options) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "laurel_http_requests_total",
			Help: "Requests answered."}, []string{"route", "method", "status"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "laurel_http_requests_refused_total",
			Help: "Requests refused, by the reason."}, []string{"reason"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "laurel_http_request_duration_seconds",
			Help: "How long answers took, without those that are streamed.", Buckets: requestBuckets},
			[]string{"route", "method"}),
		previews: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "laurel_retune_preview_duration_seconds",
			Help: "How long previews of changed criteria took to compute.", Buckets: previewBuckets}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "laurel_build_info", Help: "What the program was built of.",
		ConstLabels: prometheus.Labels{"version": o.Version, "revision": o.Revision, "go": runtime.Version()}})
	build.Set(1)
	for _, reason := range refusals { // so that an alert need not know that there was none yet
		m.refused.WithLabelValues(reason)
	}
	m.registry.MustRegister(m.requests, m.refused, m.durations, m.previews, build, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.handler = promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
	return m
}

// refusals are the reasons for which requests are refused, by status.
var refusals = map[int]string{
	http.StatusUnauthorized: "signed_out", http.StatusForbidden: "forbidden", http.StatusTooManyRequests: "rate",
	http.StatusRequestEntityTooLarge: "too_large", http.StatusBadRequest: "malformed",
	http.StatusUnprocessableEntity: "invalid", http.StatusConflict: "conflict",
	http.StatusServiceUnavailable: "unavailable",
}

func (m *metrics) request(method, route string, status int, streamed bool, took time.Duration) {
	m.requests.WithLabelValues(route, method, strconv.Itoa(status/100)+"xx").Inc()
	if reason, ok := refusals[status]; ok {
		m.refused.WithLabelValues(reason).Inc()
	}
	if !streamed {
		m.durations.WithLabelValues(route, method).Observe(took.Seconds())
	}
}

// watcher tells a state to whoever reads the metrics.
type watcher struct{ state func() State }

// told is one number of a state.
type told struct {
	about *prometheus.Desc
	kind  prometheus.ValueType
	of    func(*State) float64
}

func tell(name, help string, kind prometheus.ValueType, of func(*State) float64) told {
	return told{prometheus.NewDesc(name, help, nil, nil), kind, of}
}

// states are the numbers of a state.
var states = []told{
	tell("laurel_ready", "1 while requests are answered from a view that follows the log.", prometheus.GaugeValue,
		func(s *State) float64 {
			if s.Ready {
				return 1
			}
			return 0
		}),
	tell("laurel_projection_lag_seconds", "The age of the oldest event that is not processed; 0 when all are.",
		prometheus.GaugeValue, func(s *State) float64 { return s.Lag.Seconds() }),
	tell("laurel_projection_events", "Events processed.", prometheus.GaugeValue,
		func(s *State) float64 { return float64(s.Events) }),
	tell("laurel_projection_pending_events", "Events received, and not processed.", prometheus.GaugeValue,
		func(s *State) float64 { return float64(s.Pending) }),
	tell("laurel_projection_position", "The place in the log of the newest event that is processed.", prometheus.GaugeValue,
		func(s *State) float64 { return s.Place }),
	tell("laurel_live_streams", "Streams of changes that are open.", prometheus.GaugeValue,
		func(s *State) float64 { return float64(s.Streams) }),
	tell("laurel_award_passes_total", "Passes of the award process.", prometheus.CounterValue,
		func(s *State) float64 { return float64(s.AwardPasses) }),
	tell("laurel_award_pass_failures_total", "Passes of the award process that failed, and are tried again.",
		prometheus.CounterValue, func(s *State) float64 { return float64(s.AwardFailures) }),
	tell("laurel_award_pass_last_success_timestamp_seconds", "When a pass of the award process last succeeded; 0 for never.",
		prometheus.GaugeValue, func(s *State) float64 {
			if s.Awarded.IsZero() {
				return 0
			}
			return float64(s.Awarded.UnixMilli()) / 1000
		}),
}

// Describe implements prometheus.Collector.
func (w *watcher) Describe(to chan<- *prometheus.Desc) {
	for _, t := range states {
		to <- t.about
	}
}

// Collect implements prometheus.Collector.
func (w *watcher) Collect(to chan<- prometheus.Metric) {
	s := w.state()
	for _, t := range states {
		to <- prometheus.MustNewConstMetric(t.about, t.kind, t.of(&s))
	}
}
