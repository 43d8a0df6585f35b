/*
 * syslogdata - RFC 5424, section 6.3:
 *
 *   [ SD-ID *( SP NAME="VALUE" ) ]   one or more, nothing in between
 *
 * In a value \" \\ \] stand for the second character; any other backslash is a
 * backslash.  A name may come more than once in an element (the RFC's own "ip"
 * does), an SD-ID may not come twice in a line.  An element is first collected
 * and then printed, so that the values of one name stand together.
 */
#include <string.h>

#include "base/json.h"
#include "decode/linecell.h"
#include "decode/syslogdata.h"

static int
miss(struct spt_err *e, const char *line, const char *at, const char *what)
{
	return spt_fail(e, SPT_EDATA,
	    "expected %s in the structured data at column %zu", what,
	    spt__line_column(line, at));
}

static int
put_value(struct spt_syslog_data *d, const struct spt_syslog_param *v,
    struct spt_err *e)
{
	const char *p = v->value, *end = p + v->n_value, *b;

	if (memchr(p, '\\', v->n_value) == NULL)
		return spt_json_put_string(&d->json, p, v->n_value, e);
	d->text.len = 0;
	while ((b = memchr(p, '\\', (size_t)(end - p))) != NULL) {
		if (spt_buf_put(&d->text, p, (size_t)(b - p), e) < 0)
			return -1;
		p = b + 1;
		if ((p == end || (*p != '"' && *p != '\\' && *p != ']'))) {
			if (spt_buf_putc(&d->text, '\\', e) < 0)
				return -1;
		} else if (spt_buf_putc(&d->text, *p++, e) < 0) {
			return -1;
		}
	}
	if (spt_buf_put(&d->text, p, (size_t)(end - p), e) < 0)
		return -1;
	return spt_json_put_string(
	    &d->json, (const char *)d->text.data, d->text.len, e);
}

static bool
same_name(const struct spt_syslog_param *a, const struct spt_syslog_param *b)
{
	return a->n_name == b->n_name &&
	       memcmp(a->name, b->name, a->n_name) == 0;
}

/* "name":"value", or "name":["value",...] of all of that name. */
static int
put_name(struct spt_syslog_data *d, size_t first, size_t n, struct spt_err *e)
{
	struct spt_syslog_param *v = d->params;
	bool many = false;

	for (size_t i = first + 1; i < n && !many; i++)
		many = same_name(&v[first], &v[i]);
	if (spt_json_put_string(&d->json, v[first].name, v[first].n_name, e) <
		0 ||
	    spt_buf_puts(&d->json, many ? ":[" : ":", e) < 0 ||
	    put_value(d, &v[first], e) < 0)
		return -1;
	for (size_t i = first + 1; i < n && many; i++) {
		if (!same_name(&v[first], &v[i]))
			continue;
		v[i].done = true;
		if (spt_buf_putc(&d->json, ',', e) < 0 ||
		    put_value(d, &v[i], e) < 0)
			return -1;
	}
	return many ? spt_buf_putc(&d->json, ']', e) : 0;
}

static int
put_element(struct spt_syslog_data *d, const struct spt_syslog_id *id, size_t n,
    struct spt_err *e)
{
	bool more = false;

	if (spt_json_put_string(&d->json, id->p, id->n, e) < 0 ||
	    spt_buf_puts(&d->json, ":{", e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (d->params[i].done)
			continue;
		if (more && spt_buf_putc(&d->json, ',', e) < 0)
			return -1;
		if (put_name(d, i, n, e) < 0)
			return -1;
		more = true;
	}
	return spt_buf_putc(&d->json, '}', e);
}

/* The end of a name at p: what a name cannot hold ends it. */
static const char *
skip_name(const char *p, const char *end)
{
	while (p < end && !spt__is_blank(*p) && *p != '=' && *p != ']' &&
	       *p != '"')
		p++;
	return p;
}

/* NAME="VALUE" at *p.  0 or -1. */
static int
read_param(struct spt_syslog_param *v, const char *line, const char **p,
    const char *end, struct spt_err *e)
{
	const char *q = skip_name(*p, end);

	v->name = *p;
	v->n_name = (size_t)(q - *p);
	v->done = false;
	if (v->n_name == 0)
		return miss(e, line, q, "NAME=\"VALUE\" or \"]\"");
	if (end - q < 2 || q[0] != '=' || q[1] != '"')
		return miss(e, line, q, "=\"VALUE\"");
	v->value = q += 2;
	while (q < end && *q != '"')
		q += *q == '\\' && q + 1 < end ? 2 : 1;
	if (q >= end)
		return miss(e, line, v->value - 1, "a closing quote");
	v->n_value = (size_t)(q - v->value);
	*p = q + 1;
	return 0;
}

/* The element at *p, which is its bracket. */
static int
read_element(struct spt_syslog_data *d, struct spt_syslog_id *id,
    const char *line, const char **p, const char *end, struct spt_err *e)
{
	const char *q = *p + 1;
	size_t n = 0;

	id->p = q;
	q = skip_name(q, end);
	id->n = (size_t)(q - id->p);
	if (id->n == 0)
		return miss(e, line, q, "an SD-ID");
	while (q < end && spt__is_blank(*q)) {
		q = spt__line_blanks(q, end);
		if (q < end && *q == ']')
			break;
		if (n == SPT_SYSLOG_PARAMS)
			return miss(e, line, q, "at most 256 values");
		if (read_param(&d->params[n++], line, &q, end, e) < 0)
			return -1;
	}
	if (q == end || *q != ']')
		return miss(e, line, q, "a blank or \"]\"");
	*p = q + 1;
	return put_element(d, id, n, e);
}

int
spt__syslog_data_read(struct spt_syslog_data *d, const char *line,
    const char **p, const char *end, struct spt_err *e)
{
	size_t n = 0;

	d->json.len = 0;
	do {
		struct spt_syslog_id *id = &d->ids[n];
		const char *at = *p;

		if (at == end || *at != '[')
			return miss(e, line, at, "\"[\" or \"-\"");
		if (n == SPT_SYSLOG_ELEMENTS)
			return miss(e, line, at, "at most 128 elements");
		if (spt_buf_putc(&d->json, n == 0 ? '{' : ',', e) < 0 ||
		    read_element(d, id, line, p, end, e) < 0)
			return -1;
		for (size_t i = 0; i < n; i++)
			if (d->ids[i].n == id->n &&
			    memcmp(d->ids[i].p, id->p, id->n) == 0)
				return miss(e, line, at, "another SD-ID");
		n++;
	} while (*p < end && **p == '[');
	return spt_buf_putc(&d->json, '}', e);
}

void
spt__syslog_data_init(struct spt_syslog_data *d, const struct spt_io *io)
{
	spt_buf_init(&d->json, io);
	spt_buf_init(&d->text, io);
}

void
spt__syslog_data_fini(struct spt_syslog_data *d)
{
	spt_buf_fini(&d->json);
	spt_buf_fini(&d->text);
}
