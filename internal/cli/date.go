package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// formatDate formats t by a format of PHP's date(), which the vendor's command line
// takes. Letters that mean nothing there stand for themselves, as does any letter
// after a backslash.
func formatDate(t time.Time, format string) string {
	var b strings.Builder
	escaped := false
	for _, r := range format {
		switch {
		case escaped:
			b.WriteRune(r)
			escaped = false
		case r == '\\':
			escaped = true
		default:
			b.WriteString(dateLetter(t, r))
		}
	}
	return b.String()
}

// dateLetter returns what a letter of a format stands for.
func dateLetter(t time.Time, letter rune) string {
	if layout, ok := dateLayout(letter); ok {
		return t.Format(layout)
	}
	switch letter {
	case 'N':
		return strconv.Itoa((int(t.Weekday())+6)%7 + 1)
	case 'w':
		return strconv.Itoa(int(t.Weekday()))
	case 'z':
		return strconv.Itoa(t.YearDay() - 1)
	case 'W':
		_, week := t.ISOWeek()
		return fmt.Sprintf("%02d", week)
	case 'o':
		year, _ := t.ISOWeek()
		return strconv.Itoa(year)
	case 't':
		return strconv.Itoa(time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day())
	case 'G':
		return strconv.Itoa(t.Hour())
	case 'e':
		return t.Location().String()
	case 'U':
		return strconv.FormatInt(t.Unix(), 10)
	case 'u':
		return fmt.Sprintf("%06d", t.Nanosecond()/1000)
	case 'v':
		return fmt.Sprintf("%03d", t.Nanosecond()/1_000_000)
	}
	return string(letter)
}

// dateLayout returns the layout of package time for a letter that has one.
func dateLayout(letter rune) (string, bool) {
	layout, ok := map[rune]string{
		'd': "02", 'D': "Mon", 'j': "2", 'l': "Monday",
		'F': "January", 'm': "01", 'M': "Jan", 'n': "1", 'Y': "2006", 'y': "06",
		'a': "pm", 'A': "PM", 'g': "3", 'h': "03", 'H': "15", 'i': "04", 's': "05",
		'O': "-0700", 'P': "-07:00", 'T': "MST", 'p': "Z07:00",
		'c': "2006-01-02T15:04:05-07:00", 'r': "Mon, 02 Jan 2006 15:04:05 -0700",
	}[letter]
	return layout, ok
}

// parseDate reads a time that a person wrote: a date, with or without a time, in
// the local zone, RFC 3339, or how long ago it was, such as 24h.
func parseDate(text string, now time.Time) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return t, nil
		}
	}
	if ago, err := time.ParseDuration(strings.TrimPrefix(text, "-")); err == nil {
		return now.Add(-ago), nil
	}
	return time.Time{}, usage("%s is no time: write 2006-01-31, 2006-01-31T12:00:00Z or 24h for a day ago", text)
}
