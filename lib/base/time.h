/*
 * time - instants and durations as text.
 *
 * Instants are microseconds since 1970-01-01T00:00:00Z (spt_time), proleptic
 * Gregorian calendar, years 0001 to 9999, before 1970 as ordinary as after.
 * Parsers take (pointer, length), need no NUL, ignore blanks around, and
 * never look at locale, clock or environment.
 */
#ifndef SPT_TIME_H
#define SPT_TIME_H

#include "base/buf.h"
#include "base/tz.h"

#define SPT_SECOND INT64_C(1000000)
#define SPT_DAY (INT64_C(86400) * SPT_SECOND)

/* ---- the calendar ------------------------------------------------------ */

struct spt_civil {
	int year, month, day;     /* 1..12, 1..31 */
	int hour, minute, second; /* second 0..60: a leap second is :59 + 1 s */
	int micros;
};

/* Days since 1970-01-01. */
int64_t spt_days_from_civil(int year, int month, int day);
/* The civil time of an instant in UTC. */
void spt_civil_from_time(spt_time t, struct spt_civil *c);
/* False: no such date or time (30 February, 24:00:01, year 0). */
bool spt_civil_valid(const struct spt_civil *c);
/* Instant of a valid civil time taken as UTC. */
spt_time spt_civil_to_time(const struct spt_civil *c);

/* ---- parsers: 1 parsed, 0 not of that form (or out of range) ----------- */

/* RFC 3339 and its relatives: date alone, date 'T' or blank(s) time, seconds
 * optional, fraction of 1 to 9 digits ('.' or ','; below a microsecond cut
 * towards minus infinity), zone 'Z', UTC, GMT, +hh:mm, +hhmm, +hh, blanks
 * before it allowed, or none: then tz says (NULL: UTC).  Leap second :60 is the
 * next second, 24:00 the next day. */
int spt_time_parse(
    const char *p, size_t n, const struct spt_tz *tz, spt_time *t);
/* Web server logs: 17/May/2015:10:05:03 +0000 , brackets around allowed. */
int spt_time_parse_clf(const char *p, size_t n, spt_time *t);
/* RFC 3164: "May 17 10:05:03" or "May  7 10:05:03", optional year behind the
 * day or after the time is not accepted; year: what it lacks. */
int spt_time_parse_syslog(
    const char *p, size_t n, int year, const struct spt_tz *tz, spt_time *t);
/* A number of units since 1970: digits, optional sign, fraction allowed;
 * unit is 1000000, 1000, 1 microseconds for s, ms, us and 0 for ns.  Exact
 * (no double in between), floor below a microsecond.  0 also for what spt_time
 * cannot hold, and for its two ends, which mean something else. */
int spt_time_parse_epoch(const char *p, size_t n, int64_t unit, spt_time *t);
/* strptime's conversions %Y %m %d %H %M %S %b %B %h %a %A %e %j %y %p %I %T
 * %R %D %F %f (fraction, 1-9 digits) %z %Z(only UTC, GMT, Z) %s %n %t %%, in
 * English whatever the locale.  What the format does not give is 1970, 1, 1,
 * 0, 0, 0; %j counts when there is no month and no day, %s instead of all
 * other fields but %f.  Blanks in the format stand for any number of them, and
 * may stand before a number.  A format that is not understood is 0 from
 * spt_time_format_check. */
int spt_time_parse_format(const char *p, size_t n, const char *format,
    const struct spt_tz *tz, spt_time *t);
/* 1 good; 0 not, *bad (may be NULL) points at the conversion. */
int spt_time_format_check(const char *format, const char **bad);

/* ---- printing ---------------------------------------------------------- */

#define SPT_TIME_TEXT 48
/* RFC 3339 with 'Z' (tz NULL) or the offset of tz at that instant, cut to
 * minutes; fraction of 3 or 6 digits only when it is not zero.  Years beyond
 * 9999 or before 1 print with sign and all digits, and are not read back.
 * Length written, without NUL (there is one). */
size_t spt_time_print(
    char out[SPT_TIME_TEXT], spt_time t, const struct spt_tz *tz);

/* ---- durations: 500ms 10s 5m 1h30m 7d, also us, w ---------------------- */

/* Microseconds.  Numbers are whole or decimal ("1.5h" if it comes out exact to
 * the microsecond), every unit at most once, largest first; a bare 0 is fine;
 * a leading '-' where negative is true.  SPT_EUSAGE says what was expected;
 * month and year are refused by name (their length varies; use days). */
SPT_MUST int spt_duration_parse(
    const char *s, bool negative, int64_t *us, struct spt_err *e);
#define SPT_DURATION_TEXT 64
/* A short text that reads back the same: days, hours, minutes, and what is
 * left as s, ms or us: "1h30m", "1.5s", "0s", "-5s". */
size_t spt_duration_print(char out[SPT_DURATION_TEXT], int64_t us);

#endif
