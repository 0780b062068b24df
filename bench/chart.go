package main

import (
	"fmt"
	"html"
	"math"
	"os"
	"path/filepath"
	"strings"
)

// Chart is a chart of horizontal bars.
type Chart struct {
	File  string `json:"file"`
	Title string `json:"title"`
	Unit  unit   `json:"unit"`
	// Log draws lengths as logarithms: for bars that differ by powers of ten.
	Log  bool  `json:"log"`
	Bars []Bar `json:"bars"`
}

// Bar is one bar. Ours stands out.
type Bar struct {
	Label string `json:"label"`
	Value Figure `json:"value"`
	Ours  bool   `json:"ours"`
}

// Colours that can be read on white and on black alike.
const (
	colourText  = "#7d8590"
	colourOurs  = "#2f81f7"
	colourPeer  = "#8b949e"
	colourFaint = "#8b949e33"
)

const (
	chartWidth = 760
	labelWidth = 220
	valueWidth = 90
	barHeight  = 18
	barStep    = 26
	chartTop   = 44
)

func writeCharts(dir string, charts []Chart) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, c := range charts {
		if err := os.WriteFile(filepath.Join(dir, c.File), []byte(c.svg()), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// svg draws the chart.
func (c Chart) svg() string {
	height := chartTop + len(c.Bars)*barStep + 14
	var out strings.Builder
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s" font-family="system-ui, sans-serif" font-size="13" fill="%s">`+"\n",
		chartWidth, height, chartWidth, height, html.EscapeString(c.Title), colourText)
	title := c.Title
	if c.Log {
		title += " (logarithmic)"
	}
	fmt.Fprintf(&out, `<text x="0" y="18" font-size="15" font-weight="600">%s</text>`+"\n", html.EscapeString(title))
	low, high := c.scale()
	c.drawGrid(&out, low, high, height)
	for n, bar := range c.Bars {
		y := chartTop + n*barStep
		colour, weight := colourPeer, "400"
		if bar.Ours {
			colour, weight = colourOurs, "600"
		}
		length := c.length(float64(bar.Value), low, high)
		fmt.Fprintf(&out, `<text x="%d" y="%d" text-anchor="end" font-weight="%s">%s</text>`,
			labelWidth-10, y+barHeight-5, weight, html.EscapeString(bar.Label))
		fmt.Fprintf(&out, `<rect x="%d" y="%d" width="%.1f" height="%d" rx="3" fill="%s"/>`,
			labelWidth, y, length, barHeight, colour)
		fmt.Fprintf(&out, `<text x="%.1f" y="%d" font-weight="%s">%s</text>`+"\n",
			labelWidth+length+8, y+barHeight-5, weight, c.Unit.format(float64(bar.Value)))
	}
	out.WriteString("</svg>\n")
	return out.String()
}

// scale returns the values at the left and the right end of the bars.
func (c Chart) scale() (low, high float64) {
	low = math.Inf(1)
	for _, bar := range c.Bars {
		if v := float64(bar.Value); v > 0 {
			low, high = min(low, v), max(high, v)
		}
	}
	if !c.Log {
		return 0, high
	}
	// The least bar is to be seen, too.
	low = math.Pow(10, math.Floor(math.Log10(low/3)))
	if high <= low {
		high = low * 10
	}
	return low, high
}

func (c Chart) length(v, low, high float64) float64 {
	const full = chartWidth - labelWidth - valueWidth
	switch {
	case math.IsNaN(v) || v <= 0:
		return 0
	case c.Log:
		return max(2, full*math.Log(v/low)/math.Log(high/low))
	}
	return max(2, full*v/high)
}

// drawGrid marks the powers of ten of a logarithmic chart.
func (c Chart) drawGrid(out *strings.Builder, low, high float64, height int) {
	if !c.Log {
		return
	}
	for v := low; v <= high*1.0001; v *= 10 {
		x := labelWidth + c.length(v, low, high)
		if v == low {
			x = labelWidth
		}
		fmt.Fprintf(out, `<line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="%s"/>`, x, chartTop-10, x, height-12, colourFaint)
		fmt.Fprintf(out, `<text x="%.1f" y="%d" font-size="11" text-anchor="middle">%s</text>`+"\n", x, chartTop-14, c.Unit.format(v))
	}
}
