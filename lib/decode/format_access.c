/*
 * format_access - the access logs of web servers: the common log format of
 * NCSA httpd (clf), and the combined format of Apache and nginx.
 *
 *   HOST IDENT USER [TIME] "REQUEST" STATUS BYTES "REFERER" "AGENT"
 *
 * Servers escape quotes inside of fields (\", \x22), but a user name may hold
 * blanks and brackets.  So the line is opened in the middle: the first quote
 * with a bracketed time in front of it starts the request, what is left of the
 * time is host, ident and user.  A client cannot move that place, because it
 * cannot get a bare quote into its user name.
 *
 * Accepted beyond the letter of the format, because logs have it:
 *   - the "VHOST:PORT " that vhost_combined puts in front: passed over;
 *   - anything behind the last field (times, forwarded addresses): passed over,
 *     which also makes every combined line a clf line;
 *   - a line that ends behind the status or later: the rest is null;
 *   - a referer or agent without its closing quote: ends with the line.  A
 *     request without one is bad, because then the status is lost too;
 *   - a bare quote with no blank behind it: does not close its field.
 */
#include "decode/accesswalk.h"
#include "decode/linecell.h"

/* No time is longer.  Keeps the search from looking far back again and again
 * in a line that is all quotes. */
#define MAX_TIME 64

static const struct spt_format_column columns_clf[] = {
	{ "host", "string" },
	{ "ident", "string" },
	{ "user", "string" },
	{ "time", "timestamp(clf)" },
	{ "method", "string" },
	{ "path", "string" },
	{ "protocol", "string" },
	{ "status", "int" },
	{ "bytes", "int" },
	{ NULL, NULL },
};

static const struct spt_format_column columns_combined[] = {
	{ "host", "string" },
	{ "ident", "string" },
	{ "user", "string" },
	{ "time", "timestamp(clf)" },
	{ "method", "string" },
	{ "path", "string" },
	{ "protocol", "string" },
	{ "status", "int" },
	{ "bytes", "int" },
	{ "referer", "string" },
	{ "agent", "string" },
	{ NULL, NULL },
};

/* The first quote at or behind p that is not escaped, or end. */
static const char *
find_quote(const char *p, const char *end)
{
	const char *from = p, *q;

	while ((q = memchr(p, '"', (size_t)(end - p))) != NULL) {
		const char *b = q;

		while (b > from && b[-1] == '\\')
			b--;
		if ((q - b) % 2 == 0)
			return q;
		p = q + 1;
	}
	return end;
}

/* The quote that closes the field whose text starts at p, or end. */
static const char *
close_quote(const char *p, const char *end)
{
	const char *q = find_quote(p, end);

	while (q < end && q + 1 < end && !spt__is_blank(q[1]))
		q = find_quote(q + 1, end);
	return q;
}

/* Finds `[TIME] "`: *open is the bracket, *close behind the time.  Returns the
 * quote, or NULL. */
static const char *
find_request(
    const char *p, const char *end, const char **open, const char **close)
{
	const char *q;

	for (q = find_quote(p, end); q < end; q = find_quote(q + 1, end)) {
		const char *b = q, *o;
		size_t back;

		while (b > p && spt__is_blank(b[-1]))
			b--;
		if (b == q || b == p || *--b != ']')
			continue;
		back = (size_t)(b - p);
		if (back > MAX_TIME)
			back = MAX_TIME;
		o = memrchr(b - back, '[', back);
		if (o == NULL || o == p || !spt__is_blank(o[-1]))
			continue;
		*open = o + 1;
		*close = b;
		return q;
	}
	return NULL;
}

/* "example.org:443" or "[2001:db8::1]:443": one colon and a port, which a bare
 * IPv6 address cannot be taken for. */
static bool
is_vhost(const char *p, const char *end)
{
	const char *colon = memrchr(p, ':', (size_t)(end - p));

	if (colon == NULL || colon == p || colon + 1 == end)
		return false;
	for (const char *d = colon + 1; d < end; d++)
		if (spt__digit(*d) > 9)
			return false;
	if (*p == '[')
		return colon[-1] == ']';
	return memchr(p, ':', (size_t)(colon - p)) == NULL;
}

struct span {
	const char *p, *end;
};

/* Splits what stands in front of the time: blank-separated, but the user is
 * all that is left.  0, or -1: too few words. */
static int
put_client(const char *p, const char *end, struct spt_cells *c)
{
	struct span w[4], *host = w, *ident = w + 1;
	const char *user;
	size_t n = 0;

	for (; n < 4; n++) {
		w[n].p = spt__line_blanks(p, end);
		p = w[n].end = spt__line_word(w[n].p, end);
		if (w[n].p == end)
			break;
	}
	if (n == 4 && is_vhost(w[0].p, w[0].end) && *w[1].p != '-') {
		host++;
		ident++;
	}
	if (n < 2 || end - ident->end < 2)
		return -1;
	user = spt__line_blanks(ident->end, end);
	while (end > user && spt__is_blank(end[-1]))
		end--;
	spt__cell_put(&c->v[SPT_ACCESS_HOST], host->p, host->end);
	spt__cell_put(&c->v[SPT_ACCESS_IDENT], ident->p, ident->end);
	if (end - user >= 2 && *user == '"' && end[-1] == '"')
		spt__cell_put(&c->v[SPT_ACCESS_USER], user + 1, end - 1);
	else if (end > user)
		spt__cell_put(&c->v[SPT_ACCESS_USER], user, end);
	return 0;
}

/* A word of the characters that methods have: "GET", "M-SEARCH". */
static bool
is_method(const char *p, const char *end)
{
	for (const char *i = p; i < end; i++)
		if (!(*i >= 'A' && *i <= 'Z') && !(*i >= 'a' && *i <= 'z') &&
		    *i != '-' && *i != '_')
			return false;
	return p < end;
}

/* "HTTP/1.1", "RTSP/1.0" */
static bool
is_protocol(const char *p, const char *end)
{
	const char *slash = memchr(p, '/', (size_t)(end - p));

	return slash != NULL && is_method(p, slash) && slash + 1 < end &&
	       spt__digit(slash[1]) <= 9;
}

/* METHOD PATH PROTOCOL; the path may hold blanks, which clients do send.  All
 * else is a path as it stands. */
static void
put_request(const char *p, const char *end, struct spt_cells *c)
{
	const char *a = memchr(p, ' ', (size_t)(end - p));
	const char *b = memrchr(p, ' ', (size_t)(end - p));

	if (a != NULL && b > a + 1 && is_method(p, a) &&
	    is_protocol(b + 1, end)) {
		spt__cell_put(&c->v[SPT_ACCESS_METHOD], p, a);
		spt__cell_put(&c->v[SPT_ACCESS_PATH], a + 1, b);
		spt__cell_put(&c->v[SPT_ACCESS_PROTOCOL], b + 1, end);
	} else {
		spt__cell_put(&c->v[SPT_ACCESS_PATH], p, end);
	}
}

/* The word at *p; it must be there and not be quoted.  0 or -1. */
static int
put_word(const char **p, const char *end, struct spt_cell *c)
{
	const char *start = spt__line_blanks(*p, end);

	*p = start;
	if (start == end || *start == '"')
		return -1;
	*p = spt__line_word(start, end);
	spt__cell_put(c, start, *p);
	return 0;
}

/* The quoted field (or bare "-") at *p, if the line goes on.  0 or -1. */
static int
put_quoted(const char **p, const char *end, struct spt_cell *c)
{
	const char *start = spt__line_blanks(*p, end), *q;

	*p = start;
	if (start == end)
		return 0;
	if (*start == '-' && spt__line_word(start, end) == start + 1) {
		*p = start + 1;
		return 0;
	}
	if (*start != '"')
		return -1;
	q = close_quote(start + 1, end);
	spt__cell_put(c, start + 1, q);
	*p = q < end ? q + 1 : end;
	return 0;
}

static int
miss(struct spt_err *why, const char *line, const char *at, const char *what)
{
	return spt_fail(why, SPT_EDATA, "expected %s at column %zu", what,
	    spt__line_column(line, at));
}

/* Bad in front of the request. */
static int
miss_start(struct spt_err *why)
{
	return spt_fail(why, SPT_EDATA,
	    "expected HOST IDENT USER [TIME] \"REQUEST\" STATUS BYTES at "
	    "column 1");
}

static int
split(const char *line, size_t n, bool combined, struct spt_cells *c,
    struct spt_err *why)
{
	const char *end = line + n, *open, *close, *p, *q;

	p = find_request(line, end, &open, &close);
	if (p == NULL || put_client(line, open - 1, c) < 0)
		return miss_start(why);
	spt__cell_put(&c->v[SPT_ACCESS_TIME], open, close);
	q = close_quote(p + 1, end);
	if (q == end)
		return spt_fail(why, SPT_EDATA,
		    "the request that starts at column %zu has no closing "
		    "quote",
		    spt__line_column(line, p));
	put_request(p + 1, q, c);
	p = q + 1;
	if (put_word(&p, end, &c->v[SPT_ACCESS_STATUS]) < 0)
		return miss(why, line, p, "a status");
	if (spt__line_blanks(p, end) == end)
		return 1;
	if (put_word(&p, end, &c->v[SPT_ACCESS_BYTES]) < 0)
		return miss(why, line, p, "a number of bytes");
	if (combined && put_quoted(&p, end, &c->v[SPT_ACCESS_REFERER]) < 0)
		return miss(why, line, p, "a quoted referer");
	if (combined && put_quoted(&p, end, &c->v[SPT_ACCESS_AGENT]) < 0)
		return miss(why, line, p, "a quoted agent");
	return 1;
}

static int
split_clf(void *self, const char *p, size_t n, struct spt_cells *c,
    struct spt_err *why)
{
	(void)self;
	return split(p, n, false, c, why);
}

static int
split_combined(void *self, const char *p, size_t n, struct spt_cells *c,
    struct spt_err *why)
{
	(void)self;
	return split(p, n, true, c, why);
}

static size_t
lines_clf(void *self, const struct spt_linemap *m, size_t i, size_t n,
    struct spt_place *cells, size_t step)
{
	(void)self;
	return spt__accesswalk_lines(false, m, i, n, cells, step);
}

static size_t
lines_combined(void *self, const struct spt_linemap *m, size_t i, size_t n,
    struct spt_place *cells, size_t step)
{
	(void)self;
	return spt__accesswalk_lines(true, m, i, n, cells, step);
}

const struct spt_format spt_format_clf = {
	.name = "clf",
	.columns = columns_clf,
	.line = split_clf,
	.lines = lines_clf,
	.words = true,
};

const struct spt_format spt_format_combined = {
	.name = "combined",
	.columns = columns_combined,
	.line = split_combined,
	.lines = lines_combined,
	.words = true,
};
