#include <stdio.h>
#include <stdlib.h>

#include "ckpt/heads.h"

static bool
plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

int
spt_id_check(const char *id, struct spt_err *e)
{
	size_t n = 0;

	while (plain(id[n]))
		n++;
	if (n == 0 || id[n] != '\0' || id[0] == '.' || n > SPT_ID_MAX)
		return spt_fail(e, SPT_EUSAGE,
		    "\"%.120s\": an id has letters, digits, '_', '-' and '.', "
		    "does not begin with '.', and has at most %d of them",
		    id, SPT_ID_MAX);
	return 0;
}

/* The next "id=what" at *p, which moves behind it.  1, 0 no more, -1. */
static int
next(const char **p, const char **id, size_t *n_id, const char **what,
    size_t *n_what, struct spt_err *e)
{
	const char *s = *p;

	if (*s == '\0')
		return 0;
	*id = s;
	while (plain(*s))
		s++;
	*n_id = (size_t)(s - *id);
	if (*n_id == 0 || *s != '=')
		return spt_fail(
		    e, SPT_ECHECKPOINT, "malformed heads: \"%.100s\"", *id);
	*what = ++s;
	while (*s != '\0' && *s != ' ')
		s++;
	*n_what = (size_t)(s - *what);
	if (*n_what == 0 || *n_what >= SPT_HEAD_SIZE)
		return spt_fail(
		    e, SPT_ECHECKPOINT, "malformed heads: \"%.100s\"", *id);
	*p = *s == ' ' ? s + 1 : s;
	return 1;
}

int
spt_heads_get(const char *heads, const char *id, char what[SPT_HEAD_SIZE],
    struct spt_err *e)
{
	const char *p = heads != NULL ? heads : "", *i, *w;
	size_t ni, nw;
	int rc;

	while ((rc = next(&p, &i, &ni, &w, &nw, e)) > 0)
		if (ni == strlen(id) && memcmp(i, id, ni) == 0) {
			memcpy(what, w, nw);
			what[nw] = '\0';
			return 1;
		}
	return rc;
}

static int
put(struct spt_buf *out, size_t start, const char *id, size_t n_id,
    const char *what, size_t n_what, struct spt_err *e)
{
	if ((out->len != start && spt_buf_putc(out, ' ', e) < 0) ||
	    spt_buf_put(out, id, n_id, e) < 0 || spt_buf_putc(out, '=', e) < 0)
		return -1;
	return spt_buf_put(out, what, n_what, e);
}

int
spt_heads_set(struct spt_buf *out, const char *heads, const char *id,
    const char *what, struct spt_err *e)
{
	const char *p = heads != NULL ? heads : "", *i, *w;
	size_t start = out->len, ni, nw;
	bool there = false;
	int rc;

	while ((rc = next(&p, &i, &ni, &w, &nw, e)) > 0) {
		if (ni == strlen(id) && memcmp(i, id, ni) == 0) {
			there = true;
			w = what;
			nw = strlen(what);
		}
		if (put(out, start, i, ni, w, nw, e) < 0)
			return -1;
	}
	if (rc == 0 && !there)
		rc = put(out, start, id, strlen(id), what, strlen(what), e);
	return rc;
}

int
spt_heads_merge(
    struct spt_buf *out, const char *a, const char *b, struct spt_err *e)
{
	const char *p = b != NULL ? b : "", *i, *w;
	char id[SPT_ID_MAX + 1], what[SPT_HEAD_SIZE];
	size_t start = out->len, ni, nw;
	int rc;

	if (a != NULL && spt_buf_puts(out, a, e) < 0)
		return -1;
	while ((rc = next(&p, &i, &ni, &w, &nw, e)) > 0) {
		if (ni > SPT_ID_MAX)
			return spt_fail(e, SPT_ECHECKPOINT,
			    "malformed heads: \"%.100s\"", i);
		memcpy(id, i, ni);
		id[ni] = '\0';
		rc = spt_heads_get(a, id, what, e);
		if (rc == 0)
			rc = put(out, start, i, ni, w, nw, e);
		if (rc < 0)
			return -1;
	}
	return rc;
}

void
spt_head_print(const struct spt_head *h, char what[SPT_HEAD_SIZE])
{
	if (h->file[0] == '\0')
		strcpy(what, "-");
	else
		snprintf(what, SPT_HEAD_SIZE, "%s:%llu:%08x", h->file,
		    (unsigned long long)h->length, h->mark);
}

/* "snapshot-" or "delta-" and a number: nothing that leads elsewhere. */
static bool
is_state_file(const char *p, size_t n)
{
	size_t k = n > 9 && memcmp(p, "snapshot-", 9) == 0 ? 9
		   : n > 6 && memcmp(p, "delta-", 6) == 0  ? 6
							   : 0;

	if (k == 0 || n - k > 19)
		return false;
	for (; k < n; k++)
		if (p[k] < '0' || p[k] > '9')
			return false;
	return true;
}

int
spt_head_parse(struct spt_head *h, const char *what, struct spt_err *e)
{
	const char *colon = strchr(what, ':');
	char *stop;

	memset(h, 0, sizeof *h);
	if (strcmp(what, "-") == 0)
		return 0;
	if (colon != NULL && is_state_file(what, (size_t)(colon - what)) &&
	    colon[1] >= '0' && colon[1] <= '9') {
		memcpy(h->file, what, (size_t)(colon - what));
		h->length = strtoull(colon + 1, &stop, 10);
		if (*stop == ':' && strlen(stop + 1) == 8 &&
		    strspn(stop + 1, "0123456789abcdef") == 8) {
			h->mark = (uint32_t)strtoul(stop + 1, NULL, 16);
			return 0;
		}
	}
	return spt_fail(e, SPT_ECHECKPOINT, "malformed head: \"%.100s\"", what);
}
