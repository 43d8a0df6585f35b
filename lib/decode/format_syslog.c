/*
 * format_syslog - system logs; each line says by itself which form it has.
 *
 *   RFC 5424   <PRI>1 TIME HOST APP PROCID MSGID DATA MESSAGE
 *   RFC 3164   <PRI>TIME HOST APP[PID]: MESSAGE
 *   files      the same without <PRI>; TIME may be RFC 3339, as newer daemons
 *              write it
 *
 * RFC 3164 only describes what was seen in the wild, so the old form is read by
 * what lines look like: the tag ends in "[PID]:" or ":", or there is none and
 * app is null (the message is then the whole rest: "-- MARK --", "last message
 * repeated 2 times").  A tag where the host should be means that the line has
 * no host.  The blank behind the tag is not part of the message; further ones
 * are.
 *
 * PID is a string because RFC 5424 allows any text there.
 */
#include "decode/linecell.h"
#include "decode/syslogdata.h"

enum field { TIME, HOST, APP, PID, MESSAGE, FACILITY, SEVERITY, MSGID, DATA };

static const struct spt_format_column columns[] = {
	{ "time", "timestamp(syslog)" },
	{ "host", "string" },
	{ "app", "string" },
	{ "pid", "string" },
	{ "message", "string" },
	{ "facility", "string" },
	{ "severity", "string" },
	{ "msgid", "string" },
	{ "data", "string" },
	{ NULL, NULL },
};

static const char *const facilities[24] = { "kern", "user", "mail", "daemon",
	"auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
	"ntp", "audit", "alert", "clock", "local0", "local1", "local2",
	"local3", "local4", "local5", "local6", "local7" };

static const char *const severities[8] = { "emerg", "alert", "crit", "err",
	"warning", "notice", "info", "debug" };

static int
miss(struct spt_err *why, const char *line, const char *at, const char *what)
{
	return spt_fail(why, SPT_EDATA, "expected %s at column %zu", what,
	    spt__line_column(line, at));
}

static void
put_name(struct spt_cell *c, const char *name)
{
	spt__cell_put(c, name, name + strlen(name));
}

/* <PRI> at *p.  1; 0: there is none; -1: *p is where it goes wrong. */
static int
read_priority(const char **p, const char *end, struct spt_cells *c)
{
	const char *q = *p;
	unsigned v = 0;

	if (q == end || *q != '<')
		return 0;
	for (q++; q < end && q - *p <= 3 && spt__digit(*q) <= 9; q++)
		v = v * 10 + spt__digit(*q);
	if (q == end || *q != '>' || q - *p == 1 || v > 191)
		return -1;
	put_name(&c->v[FACILITY], facilities[v / 8]);
	put_name(&c->v[SEVERITY], severities[v % 8]);
	*p = q + 1;
	return 1;
}

/* Behind what looks like form at p; NULL when it does not.  In form '0' is a
 * digit, anything else itself. */
static const char *
skip_form(const char *p, const char *end, const char *form)
{
	for (; *form != '\0'; form++, p++)
		if (p == end ||
		    (*form == '0' ? spt__digit(*p) > 9 : *p != *form))
			return NULL;
	return p;
}

static const char *
skip_fraction(const char *p, const char *end)
{
	if (end - p < 2 || (*p != '.' && *p != ',') || spt__digit(p[1]) > 9)
		return p;
	for (p++; p < end && spt__digit(*p) <= 9; p++)
		;
	return p;
}

/* "Nov  2 10:00:00".  The end, or NULL. */
static const char *
skip_month_time(const char *p, const char *end)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	size_t i = 0;

	if (end - p < 3)
		return NULL;
	while (months[i] != '\0' && memcmp(months + i, p, 3) != 0)
		i += 3;
	if (months[i] == '\0' || p + 3 == end || !spt__is_blank(p[3]))
		return NULL;
	p = spt__line_blanks(p + 3, end);
	if (p == end || spt__digit(*p) > 9)
		return NULL;
	p += end - p > 1 && spt__digit(p[1]) <= 9 ? 2 : 1;
	p = skip_form(p, end, " 00:00:00");
	return p == NULL ? NULL : skip_fraction(p, end);
}

/* "2026-11-22T10:00:00.123+01:00"; a blank for the T, a comma for the point,
 * no zone or one without its colon.  The end, or NULL. */
static const char *
skip_iso_time(const char *p, const char *end)
{
	p = skip_form(p, end, "0000-00-00");
	if (p == NULL || p == end || (*p != 'T' && *p != 't' && *p != ' '))
		return NULL;
	p = skip_form(p + 1, end, "00:00:00");
	if (p == NULL)
		return NULL;
	p = skip_fraction(p, end);
	if (p < end && (*p == 'Z' || *p == 'z'))
		return p + 1;
	if (p < end && (*p == '+' || *p == '-'))
		return spt__line_word(p, end);
	return p;
}

struct tag {
	const char *app_end;
	const char *pid, *pid_end; /* NULL: none */
	const char *message;
};

/* The "[PID]" at b of the word that ends at end.  Fills t. */
static bool
read_pid(const char *b, const char *end, struct tag *t)
{
	const char *q = memchr(b, ']', (size_t)(end - b));

	if (q == NULL)
		return false;
	t->app_end = b;
	t->pid = b + 1;
	t->pid_end = q++;
	if (q < end && *q == ':') {
		t->message = q + 1;
		return true;
	}
	/* Without a colon "[" is common in text: only a number is a PID. */
	for (const char *d = t->pid; d < t->pid_end; d++)
		if (spt__digit(*d) > 9)
			return false;
	t->message = q;
	return q == end && t->pid < t->pid_end;
}

/* The tag that the word at p is: "app[1]:", "app:", "kernel:[12.3]". */
static bool
read_tag(const char *p, const char *end, struct tag *t)
{
	const char *word_end = spt__line_word(p, end);

	t->pid = t->pid_end = NULL;
	if (p < end && (*p == '[' || *p == ':'))
		return false;
	for (const char *q = p; q < word_end; q++) {
		bool colon = *q == ':';

		if (*q == '[' && read_pid(q, word_end, t))
			return true;
		if (colon && (q + 1 == word_end || q[1] == '[')) {
			t->pid = t->pid_end = NULL;
			t->app_end = q;
			t->message = q + 1;
			return true;
		}
	}
	return false;
}

static void
put_tag(const char *p, const char *end, struct spt_cells *c)
{
	struct tag t;

	if (read_tag(p, end, &t)) {
		spt__cell_put(&c->v[APP], p, t.app_end);
		if (t.pid < t.pid_end)
			spt__cell_put(&c->v[PID], t.pid, t.pid_end);
		p = t.message;
		if (p < end && spt__is_blank(*p))
			p++;
	}
	if (p < end) {
		c->v[MESSAGE].kind = SPT_CELL_TEXT;
		c->v[MESSAGE].p = p;
		c->v[MESSAGE].n = (size_t)(end - p);
	}
}

/* RFC 3164 and files, from p behind any <PRI>. */
static int
split_old(const char *line, const char *p, const char *end, struct spt_cells *c,
    struct spt_err *why)
{
	static const char repeated[] = "last message repeated ";
	const char *q = skip_month_time(p, end), *word;
	struct tag t;

	if (q == NULL)
		q = skip_iso_time(p, end);
	if (q == NULL || (q < end && !spt__is_blank(*q)))
		return miss(why, line, p,
		    "a time such as \"Nov 22 10:00:00\" or "
		    "\"2026-11-22T10:00:00Z\"");
	spt__cell_put(&c->v[TIME], p, q);
	word = spt__line_blanks(q, end);
	if (word == end)
		return miss(why, line, word, "a host");
	if (read_tag(word, end, &t) ||
	    ((size_t)(end - word) >= sizeof repeated - 1 &&
		memcmp(word, repeated, sizeof repeated - 1) == 0)) {
		put_tag(word, end, c);
		return 1;
	}
	q = spt__line_word(word, end);
	spt__cell_put(&c->v[HOST], word, q);
	put_tag(spt__line_blanks(q, end), end, c);
	return 1;
}

/* Is this RFC 5424's version, with a time behind it?  Then where the time is,
 * else NULL. */
static const char *
skip_version(const char *p, const char *end)
{
	const char *q = p;

	while (q < end && q - p < 3 && spt__digit(*q) <= 9)
		q++;
	if (q == p || *p == '0' || q == end || *q != ' ')
		return NULL;
	q++;
	if (skip_form(q, end, "0000-") != NULL)
		return q;
	return end - q >= 2 && q[0] == '-' && q[1] == ' ' ? q : NULL;
}

/* RFC 5424 from p, where the time is. */
static int
split_new(struct spt_syslog_data *d, const char *line, const char *p,
    const char *end, struct spt_cells *c, struct spt_err *why)
{
	static const struct {
		enum field field;
		const char *what;
	} head[] = {
		{ TIME, "TIME" },
		{ HOST, "HOST" },
		{ APP, "APP" },
		{ PID, "PROCID" },
		{ MSGID, "MSGID" },
	};
	char *json;

	for (size_t i = 0; i < sizeof head / sizeof *head; i++) {
		const char *q = spt__line_word(p, end);

		if (q == p)
			return miss(why, line, p, head[i].what);
		spt__cell_put(&c->v[head[i].field], p, q);
		p = q < end ? q + 1 : end;
	}
	if (p < end && *p == '-') {
		p++;
	} else {
		if (spt__syslog_data_read(d, line, &p, end, why) < 0)
			return -1;
		json = spt_arena_copy(c->arena, d->json.data, d->json.len, why);
		if (json == NULL)
			return -1;
		spt__cell_put(&c->v[DATA], json, json + d->json.len);
	}
	if (p < end && !spt__is_blank(*p))
		return miss(why, line, p, "a blank and the message");
	if (p < end)
		p++;
	if (end - p >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		p += 3;
	if (p < end) {
		c->v[MESSAGE].kind = SPT_CELL_TEXT;
		c->v[MESSAGE].p = p;
		c->v[MESSAGE].n = (size_t)(end - p);
	}
	return 1;
}

static int
split(void *self, const char *line, size_t n, struct spt_cells *c,
    struct spt_err *why)
{
	const char *p = line, *end = line + n, *time;
	int rc = read_priority(&p, end, c);

	if (rc < 0)
		return miss(why, line, p, "a priority from <0> to <191>");
	time = rc > 0 ? skip_version(p, end) : NULL;
	if (time != NULL)
		return split_new(self, line, time, end, c, why);
	return split_old(line, p, end, c, why);
}

static int
open_syslog(void **self, const struct spt_io *io,
    const struct spt_decode_conf *conf, struct spt_err *e)
{
	struct spt_syslog_data *d = spt_alloc_zero(io, sizeof *d, e);

	(void)conf;
	if (d == NULL)
		return -1;
	spt__syslog_data_init(d, io);
	*self = d;
	return 0;
}

static void
close_syslog(void *self)
{
	struct spt_syslog_data *d = self;

	if (d == NULL)
		return;
	spt__syslog_data_fini(d);
	spt_free(d->json.io, d);
}

const struct spt_format spt_format_syslog = {
	.name = "syslog",
	.columns = columns,
	.open = open_syslog,
	.close = close_syslog,
	.line = split,
};
