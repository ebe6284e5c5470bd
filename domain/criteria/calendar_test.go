package criteria

import (
	"math/rand/v2"
	"testing"
	"time"
	_ "time/tzdata"

	"laurel/domain"
)

// TestCalendarAgreesWithTime compares the calendar with package time over all of the years that events can have.
func TestCalendarAgreesWithTime(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, name := range []string{
		"UTC", "Europe/Berlin", "America/New_York", "America/St_Johns", "America/Sao_Paulo", "Asia/Kolkata",
		"Asia/Beirut", "Africa/Casablanca", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Kwajalein", "Africa/Cairo",
	} {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		c := newCalendar(loc)
		span := domain.OccurredMax.UnixNano() - domain.OccurredMin.UnixNano()
		dayAt := func(t int64) int64 { // as an evaluator finds it
			var u unitsOfInstant
			u.enter(c, t)
			return c.dayOf(t + u.offset)
		}
		for range 20_000 {
			at := domain.OccurredMin.UnixNano() + random.Int64N(span)
			local := time.Unix(0, at).In(loc)
			day := dayAt(at)
			year, month, dayOfMonth := local.Date()
			if want := time.Date(year, month, dayOfMonth, 0, 0, 0, 0, time.UTC).Unix(); floorDiv(want, 86400) != day {
				t.Fatalf("%s: %s is day %d, want %d", name, local, day, want)
			}
			if got, want := c.monthOf(day), int64(year*12+int(month)-1); got != want {
				t.Fatalf("%s: %s is in month %d, want %d", name, local, got, want)
			}
			if got := time.Unix(weekOf(day)*7*86400-3*86400, 0).UTC(); got.Weekday() != time.Monday {
				t.Fatalf("%s: week of %s begins on %s", name, local, got.Weekday())
			}
			start := c.dayStart(day)
			if before := dayAt(start - 1); before >= day && name != "Pacific/Kwajalein" {
				t.Fatalf("%s: day %d began before %s", name, day, time.Unix(0, start).In(loc))
			}
			if first := dayAt(start); first < day || start > at && name != "America/St_Johns" && name != "Pacific/Kwajalein" {
				t.Fatalf("%s: day %d does not begin at %s", name, day, time.Unix(0, start).In(loc))
			}
		}
	}
}
