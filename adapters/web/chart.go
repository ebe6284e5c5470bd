package web

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// Charts are SVG that templates/chart.part.html draws from these values, which hold every coordinate. Units are those of
// the chart's own viewBox; text is 12 units high. Each chart carries its figures as a table, too, for whoever reads
// rather than looks.

// The plot area of charts over time.
const (
	chartWidth   = 760.0
	chartHeight  = 260.0
	chartLeft    = 52.0
	chartRight   = 16.0
	chartTop     = 14.0
	chartBottom  = 30.0
	chartTicksX  = 8
	chartTicksY  = 5
	chartColours = 6 // classes series-0 to series-5
)

// chart is a drawing with its table.
type chart struct {
	ID     string // unique on the page
	Title  string // says what is shown, for those who do not see it
	Width  float64
	Height float64

	Paths  []chartPath
	Areas  []chartPath
	Boxes  []chartBox
	Rules  []chartRule
	Marks  []chartMark
	XTicks []chartTick
	YTicks []chartTick
	Texts  []chartText
	Legend []chartKey

	Columns []string
	Rows    [][]string
	Numbers int // how many columns at the end hold numbers
}

type chartPath struct{ Class, D, Title string }

type chartBox struct {
	Class, Title        string
	X, Y, Width, Height float64
}

// chartRule is a line across the chart, such as the threshold of a tier.
type chartRule struct {
	Y     float64
	Label string
}

type chartMark struct {
	X, Y         float64
	Class, Title string
}

type chartTick struct {
	At    float64
	Label string
}

type chartText struct {
	X, Y          float64
	Anchor, Label string
}

type chartKey struct{ Class, Label string }

// seriesClass is the class of the nth series.
func seriesClass(n int) string { return fmt.Sprintf("series-%d", n%chartColours) }

// scale maps values onto units.
type scale struct{ from, to, start, end float64 }

func (s scale) of(v float64) float64 {
	if s.to == s.from {
		return s.start
	}
	return s.start + (v-s.from)/(s.to-s.from)*(s.end-s.start)
}

// niceTicks are round numbers from 0 up to at least most, about n of them.
func niceTicks(most float64, n int) []float64 {
	if most <= 0 || math.IsInf(most, 0) || math.IsNaN(most) {
		return []float64{0, 1}
	}
	step := math.Pow(10, math.Floor(math.Log10(most/float64(n))))
	for _, factor := range []float64{1, 2, 5, 10} {
		if most/(step*factor) <= float64(n) {
			step *= factor
			break
		}
	}
	var ticks []float64
	for i := 0; ; i++ {
		ticks = append(ticks, float64(i)*step)
		if float64(i)*step >= most {
			return ticks
		}
	}
}

// timeTicks are starts of years, quarters, months or days between two times, whichever gives no more than n.
func timeTicks(from, to time.Time, n int) (ticks []time.Time, layout string) {
	type unit struct {
		years, months, days int
		layout              string
	}
	for _, u := range []unit{
		{0, 0, 1, "2 Jan"}, {0, 0, 7, "2 Jan"}, {0, 1, 0, "Jan 2006"}, {0, 3, 0, "Jan 2006"}, {1, 0, 0, "2006"}, {2, 0, 0, "2006"},
		{5, 0, 0, "2006"}, {10, 0, 0, "2006"}, {50, 0, 0, "2006"},
	} {
		var at time.Time
		switch {
		case u.years > 0:
			at = time.Date(from.Year()-from.Year()%u.years, 1, 1, 0, 0, 0, 0, time.UTC)
		case u.months > 0:
			at = time.Date(from.Year(), from.Month()-(from.Month()-1)%time.Month(u.months), 1, 0, 0, 0, 0, time.UTC)
		default:
			at = time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, time.UTC)
		}
		ticks = ticks[:0]
		for ; !at.After(to) && len(ticks) <= n; at = at.AddDate(u.years, u.months, u.days) {
			if !at.Before(from) {
				ticks = append(ticks, at)
			}
		}
		layout = u.layout
		if len(ticks) <= n {
			break
		}
	}
	return ticks, layout
}

func coordinate(v float64) string { return fmt.Sprintf("%.1f", v) }

// chartPoint is a value from a time on.
type chartPoint struct {
	At    time.Time
	Value float64
	Mark  string // what happened then; "" for nothing worth a mark
}

// chartThreshold is a value that a tier asks for.
type chartThreshold struct {
	Value float64
	Label string
}

// newStepChart draws a value that changes in steps, with the thresholds that it crosses.
func newStepChart(id, title, name string, points []chartPoint, thresholds []chartThreshold, until time.Time) *chart {
	c := &chart{ID: id, Title: title, Width: chartWidth, Height: chartHeight, Columns: []string{"When", "What", name}, Numbers: 1}
	if len(points) == 0 {
		return c
	}
	from, most := points[0].At, 0.0
	for _, p := range points {
		most = max(most, p.Value)
	}
	for _, t := range thresholds {
		if t.Value <= most*2 || most == 0 {
			most = max(most, t.Value*1.05)
		}
	}
	if !until.After(from) {
		until = from.AddDate(0, 0, 1)
	}
	x := scale{float64(from.Unix()), float64(until.Unix()), chartLeft, chartWidth - chartRight}
	y := c.yAxis(most)
	c.xAxis(from, until, x)
	var d strings.Builder
	for i, p := range points {
		px, py := coordinate(x.of(float64(p.At.Unix()))), coordinate(y.of(p.Value))
		if i == 0 {
			fmt.Fprintf(&d, "M%s %s", px, py)
		} else {
			fmt.Fprintf(&d, "H%sV%s", px, py)
		}
		if p.Mark != "" {
			c.Marks = append(c.Marks, chartMark{x.of(float64(p.At.Unix())), y.of(p.Value), "mark",
				p.At.UTC().Format(time.DateOnly) + ": " + p.Mark})
		}
		c.Rows = append(c.Rows, []string{p.At.UTC().Format(time.DateOnly), p.Mark, number(p.Value)})
	}
	fmt.Fprintf(&d, "H%s", coordinate(x.end))
	c.Paths = append(c.Paths, chartPath{"line", d.String(), name})
	for _, t := range thresholds {
		if t.Value <= y.from || t.Value <= y.to {
			c.Rules = append(c.Rules, chartRule{y.of(t.Value), t.Label})
		}
	}
	return c
}

// yAxis lays the upright axis of a chart out from 0 to at least most.
func (c *chart) yAxis(most float64) scale {
	ticks := niceTicks(most, chartTicksY)
	y := scale{0, ticks[len(ticks)-1], c.Height - chartBottom, chartTop}
	for _, t := range ticks {
		c.YTicks = append(c.YTicks, chartTick{y.of(t), number(t)})
	}
	return y
}

func (c *chart) xAxis(from, until time.Time, x scale) {
	ticks, layout := timeTicks(from, until, chartTicksX)
	for _, t := range ticks {
		c.XTicks = append(c.XTicks, chartTick{x.of(float64(t.Unix())), t.Format(layout)})
	}
}

// number writes a value of at most three decimals without zeros that say nothing.
func number(v float64) string {
	text := fmt.Sprintf("%.3f", v)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// chartSeries is one of several values for each period of a chart.
type chartSeries struct {
	Name   string
	Values []int // one a period
}

// newStackChart draws counts over periods, one on another, the first at the bottom.
func newStackChart(id, title string, periods []time.Time, layout string, series []chartSeries) *chart {
	c := &chart{ID: id, Title: title, Width: chartWidth, Height: chartHeight, Columns: []string{"When"}, Numbers: len(series)}
	for i, s := range series {
		c.Columns = append(c.Columns, s.Name)
		c.Legend = append(c.Legend, chartKey{seriesClass(i), s.Name})
	}
	if len(periods) == 0 {
		return c
	}
	most := 0
	for p := range periods {
		sum := 0
		row := []string{periods[p].UTC().Format(layout)}
		for _, s := range series {
			sum += s.Values[p]
			row = append(row, thousands(s.Values[p]))
		}
		most = max(most, sum)
		c.Rows = append(c.Rows, row)
	}
	y := c.yAxis(float64(most))
	last := periods[len(periods)-1]
	x := scale{float64(periods[0].Unix()), float64(last.Unix()), chartLeft, chartWidth - chartRight}
	c.xAxis(periods[0], last, x)
	below := make([]int, len(periods))
	for i, s := range series {
		var up, down strings.Builder
		for p := range periods {
			px := coordinate(x.of(float64(periods[p].Unix())))
			command := "L"
			if p == 0 {
				command = "M"
			}
			fmt.Fprintf(&up, "%s%s %s", command, px, coordinate(y.of(float64(below[p]+s.Values[p]))))
		}
		for p := len(periods) - 1; p >= 0; p-- {
			fmt.Fprintf(&down, "L%s %s", coordinate(x.of(float64(periods[p].Unix()))), coordinate(y.of(float64(below[p]))))
		}
		for p := range periods {
			below[p] += s.Values[p]
		}
		c.Areas = append(c.Areas, chartPath{seriesClass(i) + " fill", up.String() + down.String() + "Z", s.Name})
	}
	return c
}

// barRow is one bar of a chart of bars.
type barRow struct {
	Label string
	Value float64
	Text  string // what stands beside the bar; the value where empty
	Class string // "series-2" where empty
}

// Measures of charts of bars.
const (
	barStep   = 30.0
	barHeight = 18.0
	barLeft   = 150.0
	barRight  = 80.0
)

// newBarChart draws a bar a row.
func newBarChart(id, title string, columns [2]string, rows []barRow) *chart {
	c := &chart{ID: id, Title: title, Width: 560, Height: barStep*float64(len(rows)) + 6, Columns: columns[:], Numbers: 1}
	most := 0.0
	for _, r := range rows {
		most = max(most, r.Value)
	}
	x := scale{0, max(most, 1), barLeft, c.Width - barRight}
	for i, r := range rows {
		top := barStep*float64(i) + 6
		text, class := r.Text, r.Class
		if text == "" {
			text = number(r.Value)
		}
		if class == "" {
			class = seriesClass(2)
		}
		c.Boxes = append(c.Boxes, chartBox{class + " fill", r.Label + ": " + text, barLeft, top, max(x.of(r.Value)-barLeft, 1), barHeight})
		c.Texts = append(c.Texts, chartText{barLeft - 8, top + 14, "end", r.Label},
			chartText{x.of(r.Value) + 8, top + 14, "start", text})
		c.Rows = append(c.Rows, []string{r.Label, text})
	}
	return c
}

// chartSpan is something that lasted, with what happened in it.
type chartSpan struct {
	Label    string
	From, To time.Time
	Class    string
	Text     string
	Marks    []time.Time
}

// spansMax bounds how many spans are drawn; the table holds them all.
const spansMax = 40

// newSpanChart draws what lasted from when to when, a line each.
func newSpanChart(id, title string, spans []chartSpan, until time.Time) *chart {
	drawn := spans[:min(len(spans), spansMax)]
	c := &chart{ID: id, Title: title, Width: chartWidth, Height: 26*float64(len(drawn)) + chartBottom + 8,
		Columns: []string{"With", "From", "To", "What"}}
	for _, s := range spans {
		to := ""
		if s.To.Before(until) {
			to = s.To.UTC().Format(time.DateOnly)
		}
		c.Rows = append(c.Rows, []string{s.Label, s.From.UTC().Format(time.DateOnly), to, s.Text})
	}
	if len(drawn) == 0 {
		return c
	}
	from := drawn[0].From
	for _, s := range drawn {
		if s.From.Before(from) {
			from = s.From
		}
	}
	if !until.After(from) {
		until = from.AddDate(0, 0, 1)
	}
	const left = 130.0
	x := scale{float64(from.Unix()), float64(until.Unix()), left, chartWidth - chartRight}
	c.xAxis(from, until, x)
	for i, s := range drawn {
		top := 26*float64(i) + 8
		start, end := x.of(float64(s.From.Unix())), x.of(float64(s.To.Unix()))
		c.Boxes = append(c.Boxes, chartBox{s.Class + " fill", s.Label + ": " + s.Text, start, top + 4, max(end-start, 3), 8})
		for _, m := range s.Marks {
			c.Marks = append(c.Marks, chartMark{x.of(float64(m.Unix())), top + 8, "mark", m.UTC().Format(time.DateOnly)})
		}
		c.Texts = append(c.Texts, chartText{left - 8, top + 12, "end", cut(s.Label, 18)})
	}
	return c
}

// cut shortens a label to at most so many characters.
func cut(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most-1]) + "…"
}

// flowRow is how many go from one group to another.
type flowRow struct {
	From, To int // indexes of groups, the lowest first
	Count    int
}

// newFlowChart draws how many go from each group before to each group after, the highest group at the top.
func newFlowChart(id, title string, groups []string, rows []flowRow) *chart {
	const width, height, gap, bar, left, right = 560.0, 280.0, 10.0, 12.0, 130.0, 430.0
	c := &chart{ID: id, Title: title, Width: width, Height: height, Columns: []string{"From", "To", "How many"}, Numbers: 1}
	before, after, total := make([]int, len(groups)), make([]int, len(groups)), 0
	for _, r := range rows {
		before[r.From] += r.Count
		after[r.To] += r.Count
		total += r.Count
		c.Rows = append(c.Rows, []string{groups[r.From], groups[r.To], thousands(r.Count)})
	}
	if total == 0 {
		return c
	}
	unit := (height - 20 - gap*float64(len(groups)-1)) / float64(total)
	place := func(counts []int) []float64 {
		tops, at := make([]float64, len(groups)), 10.0
		for g := len(groups) - 1; g >= 0; g-- {
			tops[g] = at
			at += float64(counts[g])*unit + gap
		}
		return tops
	}
	leftTop, rightTop := place(before), place(after)
	for g, name := range groups {
		for _, side := range []struct {
			x, textX float64
			anchor   string
			top      float64
			count    int
		}{{left, left - 8, "end", leftTop[g], before[g]}, {right - bar, right + 8, "start", rightTop[g], after[g]}} {
			if side.count == 0 {
				continue
			}
			size := float64(side.count) * unit
			c.Boxes = append(c.Boxes, chartBox{seriesClass(g) + " fill", name, side.x, side.top, bar, max(size, 1)})
			c.Texts = append(c.Texts, chartText{side.textX, side.top + size/2 + 4, side.anchor, name + " " + thousands(side.count)})
		}
	}
	leftAt, rightAt := append([]float64{}, leftTop...), append([]float64{}, rightTop...)
	for g := len(groups) - 1; g >= 0; g-- { // the ribbons leave and arrive in the order of groups
		for h := len(groups) - 1; h >= 0; h-- {
			for _, r := range rows {
				if r.From != g || r.To != h || r.Count == 0 {
					continue
				}
				size := float64(r.Count) * unit
				a, b, middle := leftAt[g], rightAt[h], (left+right)/2
				c.Areas = append(c.Areas, chartPath{seriesClass(g) + " ribbon", fmt.Sprintf(
					"M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1fV%.1fC%.1f %.1f %.1f %.1f %.1f %.1fZ", left+bar, a, middle, a, middle, b,
					right-bar, b, b+size, middle, b+size, middle, a+size, left+bar, a+size),
					fmt.Sprintf("%s to %s: %s", groups[g], groups[h], thousands(r.Count))})
				leftAt[g] += size
				rightAt[h] += size
			}
		}
	}
	return c
}
