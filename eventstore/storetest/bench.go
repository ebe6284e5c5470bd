package storetest

import (
	"fmt"
	"sync/atomic"
	"testing"

	"laurel/eventstore"
)

// Benchmark measures a backend; open returns a new empty store.
//
//	append single       one writer, one event an append
//	append concurrent   64 writers, one event an append each
//	append bulk         AppendBatch of 10,000 appends of one event of 200 bytes, over 1,000 streams
//	scan                ReadAll of 200,000 such events
//	scan chunks         ReadChunks of the same
func Benchmark(b *testing.B, open func(testing.TB) eventstore.Store) {
	b.Run("append single", func(b *testing.B) {
		s := open(b)
		for i := range b.N {
			mustAppend(b, s, fmt.Sprintf("bench-%d", i%64), eventstore.Any, sized(i))
		}
		reportEvents(b, b.N)
	})
	b.Run("append concurrent", func(b *testing.B) {
		s := open(b)
		const writers = 64
		b.SetParallelism(max(1, writers/procs()))
		var next atomic.Int64
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			stream := fmt.Sprintf("bench-%d", next.Add(1))
			for pb.Next() {
				_, err := s.Append(b.Context(), eventstore.StreamAppend{Stream: stream,
					Events: []eventstore.NewEvent{sized(int(next.Add(1)))}})
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
		reportEvents(b, b.N)
	})
	b.Run("append bulk", func(b *testing.B) {
		s := open(b)
		const batch = 10_000
		for n := range b.N {
			b.StopTimer()
			appends := bulk(n*batch, batch)
			b.StartTimer()
			if _, err := s.AppendBatch(b.Context(), appends); err != nil {
				b.Fatal(err)
			}
		}
		reportEvents(b, b.N*batch)
	})
	const events = 200_000
	filled := func(b *testing.B) eventstore.Store {
		s := open(b)
		for from := 0; from < events; from += 10_000 {
			if _, err := s.AppendBatch(b.Context(), bulk(from, 10_000)); err != nil {
				b.Fatal(err)
			}
		}
		b.ResetTimer()
		return s
	}
	b.Run("scan", func(b *testing.B) {
		s := filled(b)
		b.ReportAllocs()
		for range b.N {
			n := 0
			for _, err := range s.ReadAll(b.Context(), eventstore.Position{}, eventstore.Filter{}) {
				if err != nil {
					b.Fatal(err)
				}
				n++
			}
			if n != events {
				b.Fatalf("read %d events, want %d", n, events)
			}
		}
		reportEvents(b, b.N*events)
	})
	b.Run("scan chunks", func(b *testing.B) {
		s := filled(b)
		b.ReportAllocs()
		for range b.N {
			for _, err := range eventstore.ReadChunks(b.Context(), s, eventstore.Position{}, eventstore.Filter{}) {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
		reportEvents(b, b.N*events)
	})
}

// bulk makes appends of one event each, numbered from a number on.
func bulk(from, n int) []eventstore.StreamAppend {
	appends := make([]eventstore.StreamAppend, n)
	for i := range appends {
		appends[i] = eventstore.StreamAppend{Stream: fmt.Sprintf("mentorship-%036d", (from+i)%1000),
			Events: []eventstore.NewEvent{sized(from + i)}}
	}
	return appends
}

func reportEvents(b *testing.B, events int) {
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
}
