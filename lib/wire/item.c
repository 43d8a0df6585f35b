/*
 * item - control batches as pairs of text.  What a kind does not define stays
 * in `extra`, word for word, so that a stage of today passes on what a stage
 * of tomorrow adds.
 */
#include "base/number.h"
#include "wire/item.h"

void
spt_control_init(
    struct spt_control *c, const struct spt_io *io, enum spt_item_kind kind)
{
	memset(c, 0, sizeof *c);
	c->kind = kind;
	c->watermark = SPT_TIME_MIN;
	c->reason = SPT_FINISHED;
	spt_meta_init(&c->extra, io);
}

void
spt_control_fini(struct spt_control *c)
{
	spt_meta_fini(&c->extra);
}

int
spt_control_copy(
    struct spt_control *dst, const struct spt_control *src, struct spt_err *e)
{
	spt_control_init(dst, src->extra.io, src->kind);
	dst->epoch = src->epoch;
	dst->time = src->time;
	dst->watermark = src->watermark;
	dst->final = src->final;
	dst->reason = src->reason;
	return spt_meta_copy(&dst->extra, &src->extra, e);
}

/* ---- pairs to struct --------------------------------------------------- */

/* A number as we print it: no blanks, no plus. */
static bool
parse_int(const char *p, size_t n, int64_t *v)
{
	size_t sign = n > 0 && p[0] == '-';

	for (size_t i = sign; i < n; i++)
		if (p[i] < '0' || p[i] > '9')
			return false;
	return spt_int_parse(p, n, v) == 1;
}

static int
bad_field(const char *key, const char *value, struct spt_err *e)
{
	return spt_fail(e, SPT_EDATA,
	    "the control batch has a bad %s: \"%.40s\"", key, value);
}

/* Takes the pair if the kind defines it: 1; 0 it is extra; -1 malformed. */
static int
take_field(struct spt_control *c, const char *key, const char *value,
    struct spt_err *e)
{
	bool begin = c->kind == SPT_ITEM_BEGIN;
	bool barrier = c->kind == SPT_ITEM_BARRIER;
	size_t n = strlen(value);
	bool good;

	if (strcmp(key, SPT_KEY_KIND) == 0)
		return 1;
	if ((begin || barrier) && strcmp(key, SPT_KEY_EPOCH) == 0) {
		good = parse_int(value, n, &c->epoch) && c->epoch >= 0;
	} else if ((begin || barrier) && strcmp(key, SPT_KEY_TIME) == 0) {
		good = parse_int(value, n, &c->time);
	} else if (barrier && strcmp(key, SPT_KEY_WATERMARK) == 0) {
		good = true;
		if (strcmp(value, "min") == 0)
			c->watermark = SPT_TIME_MIN;
		else if (strcmp(value, "max") == 0)
			c->watermark = SPT_TIME_MAX;
		else
			good = parse_int(value, n, &c->watermark);
	} else if (barrier && strcmp(key, SPT_KEY_FINAL) == 0) {
		good = c->final = strcmp(value, "1") == 0;
	} else if (c->kind == SPT_ITEM_END &&
		   strcmp(key, SPT_KEY_REASON) == 0) {
		good = true;
		if (strcmp(value, "finished") == 0)
			c->reason = SPT_FINISHED;
		else if (strcmp(value, "stopped") == 0)
			c->reason = SPT_STOPPED;
		else
			good = false;
	} else {
		return 0;
	}
	return good ? 1 : bad_field(key, value, e);
}

static enum spt_item_kind
kind_of(const char *word)
{
	if (word == NULL)
		return SPT_ITEM_OTHER;
	if (strcmp(word, "begin") == 0)
		return SPT_ITEM_BEGIN;
	if (strcmp(word, "barrier") == 0)
		return SPT_ITEM_BARRIER;
	if (strcmp(word, "end") == 0)
		return SPT_ITEM_END;
	return SPT_ITEM_OTHER;
}

static int
need_fields(
    enum spt_item_kind kind, const struct spt_meta *pairs, struct spt_err *e)
{
	static const char *const begin[] = { SPT_KEY_EPOCH, SPT_KEY_TIME,
		NULL };
	static const char *const barrier[] = { SPT_KEY_EPOCH, SPT_KEY_TIME,
		SPT_KEY_WATERMARK, NULL };
	static const char *const end[] = { SPT_KEY_REASON, NULL };
	const char *const *need = kind == SPT_ITEM_BEGIN     ? begin
				  : kind == SPT_ITEM_BARRIER ? barrier
							     : end;

	for (; *need != NULL; need++)
		if (spt_meta_get(pairs, *need) == NULL)
			return spt_fail(
			    e, SPT_EDATA, "the control batch has no %s", *need);
	return 0;
}

int
spt_control_get(struct spt_control *c, const struct spt_io *io,
    const struct spt_meta *pairs, struct spt_err *e)
{
	spt_control_init(c, io, kind_of(spt_meta_get(pairs, SPT_KEY_KIND)));
	if (pairs->n == 0)
		return 0;
	if (c->kind == SPT_ITEM_OTHER)
		return spt_meta_copy(&c->extra, pairs, e) < 0 ? -1 : 1;
	if (need_fields(c->kind, pairs, e) < 0)
		return -1;
	for (size_t i = 0; i < pairs->n; i++) {
		const struct spt_pair *p = &pairs->v[i];
		int rc = take_field(c, p->key, p->value, e);

		if (rc == 0)
			rc = spt_meta_set(&c->extra, p->key, p->value, e);
		if (rc < 0)
			return -1;
	}
	return 1;
}

/* ---- struct to pairs --------------------------------------------------- */

static int
put_int(struct spt_meta *m, const char *key, int64_t v, struct spt_err *e)
{
	char text[SPT_NUMBER_TEXT];

	spt_int_print(text, v);
	return spt_meta_set(m, key, text, e);
}

static int
put_watermark(struct spt_meta *m, spt_time w, struct spt_err *e)
{
	if (w == SPT_TIME_MIN)
		return spt_meta_set(m, SPT_KEY_WATERMARK, "min", e);
	if (w == SPT_TIME_MAX)
		return spt_meta_set(m, SPT_KEY_WATERMARK, "max", e);
	return put_int(m, SPT_KEY_WATERMARK, w, e);
}

int
spt_control_put(
    const struct spt_control *c, struct spt_meta *pairs, struct spt_err *e)
{
	int rc = 0;

	switch (c->kind) {
	case SPT_ITEM_BEGIN:
	case SPT_ITEM_BARRIER:
		rc = spt_meta_set(pairs, SPT_KEY_KIND,
		    c->kind == SPT_ITEM_BEGIN ? "begin" : "barrier", e);
		if (rc == 0)
			rc = put_int(pairs, SPT_KEY_EPOCH, c->epoch, e);
		if (rc == 0)
			rc = put_int(pairs, SPT_KEY_TIME, c->time, e);
		if (rc == 0 && c->kind == SPT_ITEM_BARRIER)
			rc = put_watermark(pairs, c->watermark, e);
		if (rc == 0 && c->kind == SPT_ITEM_BARRIER && c->final)
			rc = spt_meta_set(pairs, SPT_KEY_FINAL, "1", e);
		break;
	case SPT_ITEM_END:
		rc = spt_meta_set(pairs, SPT_KEY_KIND, "end", e);
		if (rc == 0)
			rc = spt_meta_set(pairs, SPT_KEY_REASON,
			    c->reason == SPT_STOPPED ? "stopped" : "finished",
			    e);
		break;
	default:
		break;
	}
	return rc < 0 ? -1 : spt_meta_copy(pairs, &c->extra, e);
}

/* ---- ranges ------------------------------------------------------------ */

int
spt_range_put(struct spt_buf *out, const struct spt_schema *s,
    const struct spt_batch *b, struct spt_err *e)
{
	const char *comma = "";

	for (size_t i = 0; i < s->n; i++) {
		struct spt_range r;

		if (s->fields[i].type != SPT_TIMESTAMP)
			continue;
		r = spt_batch_range(b, i);
		if (!r.any)
			continue;
		if (spt_buf_printf(out, e, "%s%zu:%lld:%lld", comma, i,
			(long long)r.min, (long long)r.max) < 0)
			return -1;
		comma = ",";
	}
	return 0;
}

/* One number up to the character `stop` or the end; NULL: there is none. */
static const char *
range_number(const char *p, char stop, int64_t *v)
{
	const char *end = strchr(p, stop);
	size_t n = end != NULL ? (size_t)(end - p) : strlen(p);

	if (end == NULL && stop != ',')
		return NULL;
	if (!parse_int(p, n, v))
		return NULL;
	return end != NULL ? end + 1 : p + n;
}

int
spt_range_get(
    struct spt_range *ranges, const struct spt_schema *s, const char *text)
{
	int64_t col, last = -1;
	struct spt_range r = { .any = true };

	for (size_t i = 0; i < s->n; i++)
		ranges[i] =
		    (struct spt_range){ false, SPT_TIME_MAX, SPT_TIME_MIN };
	while (*text != '\0') {
		if ((text = range_number(text, ':', &col)) == NULL ||
		    (text = range_number(text, ':', &r.min)) == NULL ||
		    (text = range_number(text, ',', &r.max)) == NULL)
			return 0;
		if (col <= last || col >= (int64_t)s->n || r.min > r.max ||
		    s->fields[col].type != SPT_TIMESTAMP)
			return 0;
		ranges[col] = r;
		last = col;
	}
	return 1;
}
