/*
 * guess - the format of a file by its name, else by its first line.
 *
 * The name decides where it is plain (.csv, .ndjson, ...).  Names of logs only
 * narrow it down: the first line has the last word, and csv is not among the
 * answers, because sentences have commas.
 */
#include <strings.h>

#include "base/digits.h"
#include "base/time.h"
#include "decode/decode.h"

struct text {
	const char *p;
	size_t n;
};

/* ---- by name ----------------------------------------------------------- */

static const struct suffix {
	const char *end, *format;
} suffixes[] = {
	{ ".csv", "csv" },
	{ ".tsv", "tsv" },
	{ ".tab", "tsv" },
	{ ".ndjson", "ndjson" },
	{ ".jsonl", "ndjson" },
	{ ".json", "ndjson" },
	{ ".arrow", "arrow" },
	{ ".arrows", "arrow" },
	{ ".arrowstream", "arrow" },
	{ ".ipc", "arrow" },
};

static bool
ends(struct text t, const char *end)
{
	size_t n = strlen(end);

	return t.n > n && strncasecmp(t.p + t.n - n, end, n) == 0;
}

static bool
has(struct text t, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= t.n; i++)
		if (strncasecmp(t.p + i, word, n) == 0)
			return true;
	return false;
}

/* Name without folders, .gz, and what rotation puts behind (.1, -20260131). */
static struct text
plain_name(const char *path)
{
	const char *slash = path != NULL ? strrchr(path, '/') : NULL;
	struct text t = { slash != NULL ? slash + 1 : path, 0 };
	size_t n;

	t.n = t.p != NULL ? strlen(t.p) : 0;
	if (ends(t, ".gz"))
		t.n -= 3;
	n = t.n;
	while (n > 0 && spt__digit(t.p[n - 1]) <= 9)
		n--;
	if (n > 1 && n < t.n && (t.p[n - 1] == '.' || t.p[n - 1] == '-'))
		t.n = n - 1;
	return t;
}

static bool
is(struct text t, const char *name)
{
	return t.n == strlen(name) && strncasecmp(t.p, name, t.n) == 0;
}

/* ---- by the first line ------------------------------------------------- */

static bool
next(struct text *t, char c)
{
	if (t->n == 0 || *t->p != c)
		return false;
	t->p++;
	t->n--;
	return true;
}

/* Cuts the text in front of the first c off t, and c too. */
static bool
until(struct text *t, char c, struct text *before)
{
	const char *at = t->n != 0 ? memchr(t->p, c, t->n) : NULL;

	if (at == NULL)
		return false;
	before->p = t->p;
	before->n = (size_t)(at - t->p);
	t->n -= before->n + 1;
	t->p = at + 1;
	return true;
}

static bool
number(struct text *t)
{
	size_t n = 0;

	while (n < t->n && spt__digit(t->p[n]) <= 9)
		n++;
	t->p += n;
	t->n -= n;
	return n != 0;
}

/* HOST IDENT USER [TIME] "REQUEST" STATUS BYTES, and then maybe "REFERER". */
static const char *
access_log(struct text t)
{
	struct text word;
	spt_time time;

	if (!until(&t, ' ', &word) || word.n == 0 || !until(&t, '[', &word) ||
	    !until(&t, ']', &word) ||
	    spt_time_parse_clf(word.p, word.n, &time) == 0 || !next(&t, ' ') ||
	    !next(&t, '"'))
		return NULL;
	/* The request may have quotes of its own. */
	do {
		if (!until(&t, '"', &word))
			return NULL;
	} while (t.n < 2 || t.p[0] != ' ' ||
		 (spt__digit(t.p[1]) > 9 && t.p[1] != '-'));
	next(&t, ' ');
	if (!number(&t) && !next(&t, '-'))
		return NULL;
	if (!next(&t, ' ') || (!number(&t) && !next(&t, '-')))
		return "clf";
	return next(&t, ' ') && next(&t, '"') ? "combined" : "clf";
}

/* <PRI>..., or a time as syslog writes it: "May 17 10:05:03 ", or RFC 3339
 * with a host and a "program:" or "program[1]:" behind it. */
static bool
syslog_line(struct text t)
{
	struct text word;
	spt_time time;

	if (next(&t, '<'))
		return number(&t) && next(&t, '>');
	if (t.n > 16 && t.p[15] == ' ' &&
	    spt_time_parse_syslog(t.p, 15, 2000, NULL, &time) == 1)
		return true;
	return until(&t, ' ', &word) && memchr(word.p, 'T', word.n) != NULL &&
	       spt_time_parse(word.p, word.n, NULL, &time) == 1 &&
	       until(&t, ' ', &word) && word.n != 0 && until(&t, ':', &word) &&
	       word.n != 0 && memchr(word.p, ' ', word.n) == NULL;
}

static bool
key_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       spt__digit(c) <= 9 || c == '_' || c == '.' || c == '-' ||
	       c == '@' || c == '/';
}

/* Behind the value of a pair: up to the blank, quotes respected. */
static void
skip_value(struct text *t)
{
	bool quoted = next(t, '"');

	while (t->n != 0) {
		if (quoted && *t->p == '\\' && t->n > 1)
			next(t, '\\');
		else if (quoted ? *t->p == '"' : *t->p == ' ')
			break;
		t->p++;
		t->n--;
	}
	if (quoted)
		next(t, '"');
}

/* At least two pairs, and the line starts with one. */
static bool
logfmt_line(struct text t)
{
	int pairs = 0;

	while (t.n != 0) {
		size_t n = 0;

		while (n < t.n && key_byte(t.p[n]))
			n++;
		if (n == 0 || n == t.n || t.p[n] != '=')
			return false;
		t.p += n + 1;
		t.n -= n + 1;
		skip_value(&t);
		pairs++;
		if (t.n != 0 && !next(&t, ' '))
			return false;
	}
	return pairs >= 2;
}

/* The first line that has something in it. */
static struct text
first_line(const uint8_t *p, size_t n)
{
	struct text t = { (const char *)p, n }, line;

	if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		t.p += 3;
		t.n -= 3;
	}
	while (t.n != 0 && strchr(" \t\r\n", *t.p) != NULL && *t.p != '\0') {
		t.p++;
		t.n--;
	}
	if (!until(&t, '\n', &line))
		line = t;
	if (line.n != 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

/* NULL: no log. */
static const char *
log_line(struct text line)
{
	const char *format = access_log(line);

	if (format != NULL)
		return format;
	if (line.n != 0 && *line.p == '{')
		return "ndjson";
	if (syslog_line(line))
		return "syslog";
	return logfmt_line(line) ? "logfmt" : NULL;
}

const char *
spt_decode_guess(const char *path, const uint8_t *p, size_t n)
{
	struct text name = plain_name(path), line;
	const char *format;
	bool is_access, is_log;

	if (n >= 4 && memcmp(p, "\xff\xff\xff\xff", 4) == 0)
		return "arrow";
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
		if (ends(name, suffixes[i].end))
			return suffixes[i].format;
	line = first_line(p, n);
	format = log_line(line);
	if (format != NULL)
		return format;
	is_access = has(name, "access") && has(name, "log");
	if (line.n == 0 && is_access)
		return "combined";
	is_log =
	    is(name, "syslog") || is(name, "messages") || is(name, "auth.log");
	if (line.n == 0 && is_log)
		return "syslog";
	if (line.n == 0 || is_log || is_access || ends(name, ".log"))
		return "lines";
	if (memchr(line.p, '\t', line.n) != NULL)
		return "tsv";
	return memchr(line.p, ',', line.n) != NULL ? "csv" : "lines";
}
