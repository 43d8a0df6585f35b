/*
 * mapout - a value that is what the cell of the same name had been given as is
 * taken from the cell, so that nothing passes through a double; all others
 * are converted, exactly or not at all.  A string column takes anything, as
 * tostring would.
 */
#include <math.h>
#include <string.h>

#include "base/time.h"
#include "base/utf8.h"
#include "expr/mapout.h"

#define SHOWN 40 /* bytes of a value that a message shows */

/* Where a value goes: one cell. */
struct slot {
	const struct spt_mapspec *spec;
	size_t k;
	const struct spt_col *in; /* the cell of the same name and type, */
	int64_t i;                /* or NULL */
	struct spt_builder *to;   /* NULL: only look */
	struct spt_buf *text;
	struct spt_misfit *m;
};

/* How much of the text a message shows: no character is cut in two. */
static int
shown(const struct spt_buf *text)
{
	size_t n = text->len;

	if (n > SHOWN)
		for (n = SHOWN; n > 1 && (text->data[n] & 0xc0) == 0x80;)
			n--;
	return (int)n;
}

/* "column "kb" is "x", what"; the column would have to be of type t (0: none).
 */
static int
misfit(struct slot *s, struct spt_result r, const char *what, enum spt_type t)
{
	struct spt_err *e = &s->m->why;

	s->text->len = 0;
	if (spt_result_put_json(s->text, r, e) < 0)
		return -1;
	s->m->col = t != 0 ? (int)s->k : -1;
	s->m->type = t;
	return spt_fail(e, SPT_EDATA, "column \"%s\" is %.*s%s, %s",
	    s->spec->schema.fields[s->k].name, shown(s->text),
	    (const char *)s->text->data, s->text->len > SHOWN ? "..." : "",
	    what);
}

/* The type that takes the value where another did not. */
static enum spt_type
wider(jv v)
{
	return jv_get_kind(v) == JV_KIND_NUMBER ? SPT_FLOAT64 : SPT_UTF8;
}

static int
put_int(struct slot *s, struct spt_result r)
{
	double v;
	int64_t i;

	if (jv_get_kind(r.v) != JV_KIND_NUMBER)
		return misfit(s, r, "not an int", wider(r.v));
	v = jv_number_value(r.v);
	if (!spt_exact_int(r.v, r.twin, &i)) {
		if (v != trunc(v) || !isfinite(v))
			return misfit(s, r, "not an int", SPT_FLOAT64);
		if (fabs(v) > (double)SPT_SAFE_INT)
			return misfit(s, r,
			    "beyond 2^53, where jq's numbers have lost digits",
			    SPT_FLOAT64);
		i = (int64_t)v;
	}
	return s->to == NULL ? 0 : spt_builder_int(s->to, s->k, i, &s->m->why);
}

static int
put_float(struct slot *s, struct spt_result r)
{
	int64_t i;

	if (jv_get_kind(r.v) != JV_KIND_NUMBER)
		return misfit(s, r, "not a float", SPT_UTF8);
	if (spt_exact_int(r.v, r.twin, &i))
		return misfit(s, r,
		    "an integer that would lose digits as a float", SPT_INT64);
	return s->to == NULL ? 0
			     : spt_builder_float(s->to, s->k,
				   jv_number_value(r.v), &s->m->why);
}

bool
spt_seconds_to_time(double seconds, spt_time *t)
{
	double whole = floor(seconds);

	if (!(fabs(whole) < 9e12))
		return false;
	*t = (int64_t)whole * SPT_SECOND +
	     (int64_t)llrint((seconds - whole) * 1e6);
	return true;
}

static int
put_timestamp(struct slot *s, struct spt_result r)
{
	jv_kind kind = jv_get_kind(r.v);
	spt_time t;
	bool ok = false;

	if (kind == JV_KIND_NUMBER)
		ok = spt_seconds_to_time(jv_number_value(r.v), &t);
	else if (kind == JV_KIND_STRING)
		ok = spt_time_parse(jv_string_value(r.v),
			 (size_t)jv_string_length_bytes(jv_copy(r.v)), NULL,
			 &t) == 1;
	if (!ok)
		return misfit(s, r,
		    "not a timestamp (seconds since 1970, or RFC 3339)",
		    wider(r.v));
	return s->to == NULL ? 0 : spt_builder_int(s->to, s->k, t, &s->m->why);
}

static int
put_string(struct slot *s, struct spt_result r)
{
	struct spt_err *e = &s->m->why;
	const char *p;
	size_t n;

	s->text->len = 0;
	if (jv_get_kind(r.v) == JV_KIND_STRING) {
		p = jv_string_value(r.v);
		n = (size_t)jv_string_length_bytes(jv_copy(r.v));
		if (s->to == NULL)
			return 0;
		if (spt_utf8_valid((const uint8_t *)p, n))
			return spt_builder_str(s->to, s->k, p, n, e);
		if (spt_utf8_repair(s->text, (const uint8_t *)p, n, e) < 0)
			return -1;
	} else if (spt_result_put_json(s->text, r, e) < 0) {
		return -1;
	}
	return s->to == NULL
		   ? 0
		   : spt_builder_str(s->to, s->k, (const char *)s->text->data,
			 s->text->len, e);
}

static int
put_bool(struct slot *s, struct spt_result r)
{
	jv_kind kind = jv_get_kind(r.v);

	if (kind != JV_KIND_TRUE && kind != JV_KIND_FALSE)
		return misfit(s, r, "not a bool", wider(r.v));
	return s->to == NULL ? 0
			     : spt_builder_bool(s->to, s->k,
				   kind == JV_KIND_TRUE, &s->m->why);
}

static int
refuse_fixed(struct slot *s, struct spt_result r)
{
	const struct spt_field *f = &s->spec->schema.fields[s->k];

	return misfit(s, r,
	    spt_meta_get(&f->meta, SPT_KEY_EVENT_TIME) != NULL
		? "but it carries the event time and cannot change: give it "
		  "another name, or put swatermark behind"
		: "but it is a key of these rows and cannot change: give it "
		  "another name",
	    0);
}

static int
put_value(struct slot *s, struct spt_result r)
{
	const struct spt_field *f = &s->spec->schema.fields[s->k];
	bool fixed = s->spec->cols[s->k].fixed;
	bool exact = f->type == SPT_INT64 || f->type == SPT_TIMESTAMP;

	if (s->in != NULL && (fixed || exact) && spt_cell_is(s->in, s->i, r))
		return s->to == NULL ? 0
				     : spt_builder_cell(s->to, s->k, s->in,
					   s->i, &s->m->why);
	if (fixed)
		return refuse_fixed(s, r);
	if (jv_get_kind(r.v) == JV_KIND_NULL)
		return s->to == NULL
			   ? 0
			   : spt_builder_null(s->to, s->k, &s->m->why);
	switch (f->type) {
	case SPT_BOOL:
		return put_bool(s, r);
	case SPT_INT64:
		return put_int(s, r);
	case SPT_FLOAT64:
		return put_float(s, r);
	case SPT_TIMESTAMP:
		return put_timestamp(s, r);
	case SPT_UTF8:
		return put_string(s, r);
	}
	return 0;
}

/* An object has a key that is no column: which? */
static int
refuse_key(const struct spt_mapspec *s, jv object, struct spt_misfit *m)
{
	for (int it = jv_object_iter(object); jv_object_iter_valid(object, it);
	     it = jv_object_iter_next(object, it)) {
		jv key = jv_object_iter_key(object, it);
		const char *name = jv_string_value(key);
		bool known = false;

		for (size_t k = 0; !known && k < s->schema.n; k++)
			known = jv_equal(jv_copy(key), jv_copy(s->cols[k].key));
		if (!known)
			spt_fail(&m->why, SPT_EDATA,
			    "the result has a key \"%s\", which is not among "
			    "the columns",
			    name);
		jv_free(key);
	}
	return -1;
}

static int
refuse_bare(struct spt_result r, struct spt_buf *text, struct spt_misfit *m)
{
	text->len = 0;
	if (spt_result_put_json(text, r, &m->why) < 0)
		return -1;
	return spt_fail(&m->why, SPT_EDATA,
	    "the result is %.*s%s, not an object with the columns as keys",
	    shown(text), (const char *)text->data,
	    text->len > SHOWN ? "..." : "");
}

int
spt_mapout_put(const struct spt_mapspec *s, struct spt_result r,
    const struct spt_batch *in, int64_t i, struct spt_builder *to,
    struct spt_buf *text, struct spt_misfit *m)
{
	bool object = jv_get_kind(r.v) == JV_KIND_OBJECT;
	struct slot slot = { s, 0, NULL, i, to, text, m };
	struct spt_result null = { jv_null(), jv_invalid() };
	int found = 0;

	m->col = -1;
	if (!object && s->bare < 0)
		return refuse_bare(r, text, m);
	for (size_t k = 0; k < s->schema.n; k++) {
		const struct spt_mapcol *c = &s->cols[k];
		struct spt_result part = null;
		int rc;

		slot.k = k;
		slot.in = c->in >= 0 && in->cols[c->in].type ==
					    s->schema.fields[k].type
			      ? &in->cols[c->in]
			      : NULL;
		if (!object && (int)k == s->bare) {
			part.v = jv_copy(r.v);
			part.twin = jv_copy(r.twin);
		} else if (object) {
			part = spt_result_get(r, c->key);
			found += jv_is_valid(part.v);
			if (!jv_is_valid(part.v))
				part.v = jv_null();
		}
		rc = put_value(&slot, part);
		spt_result_free(part);
		if (rc < 0)
			return -1;
	}
	if (object && found != jv_object_length(jv_copy(r.v)))
		return refuse_key(s, r.v, m);
	return 0;
}
