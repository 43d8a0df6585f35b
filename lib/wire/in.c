/*
 * in - a stream, message by message.
 *
 * A message is looked at in three steps, each when the bytes for it are there
 * (the need of the feed), so that nothing is looked at twice while bytes
 * trickle in: its prefix, its metadata, its body.  Messages are multiples of
 * 8 bytes and the buffer of the feed is aligned, hence so is every message.
 */
#include <stdio.h>

#include "wire/batch_get.h"
#include "wire/feed.h"
#include "wire/frame_put.h"
#include "wire/in.h"

#define PREFIX 8    /* marker and size of a message */
#define GREETING 16 /* bytes that tell what a non-stream is */

struct spt_in {
	struct spt__feed feed;
	struct spt__message m; /* at pos, when opened */
	bool opened;
	bool has_schema, ended, controlled;
	struct spt_schema schema;
	enum spt__form *forms;
	struct spt__batch_get get;
	struct spt_item item;
	struct spt_err failed; /* the first failure, which stays */
};

static int
make(struct spt_in **out, const struct spt_io *io, const char *name,
    struct spt_err *e)
{
	struct spt_in *in = spt_alloc_zero(io, sizeof *in, e);

	*out = in;
	if (in == NULL)
		return -1;
	in->feed.io = io;
	in->feed.fd = -1;
	in->feed.name = name;
	in->feed.need = PREFIX;
	spt_schema_init(&in->schema, io);
	spt_control_init(&in->item.control, io, SPT_ITEM_OTHER);
	return 0;
}

int
spt_in_open(struct spt_in **in, const struct spt_io *io, int fd,
    const char *name, struct spt_err *e)
{
	if (make(in, io, name, e) < 0)
		return -1;
	(*in)->feed.fd = fd;
	return 0;
}

int
spt_in_open_bytes(struct spt_in **in, const struct spt_io *io,
    struct spt_bytes_in from, const char *name, struct spt_err *e)
{
	if (make(in, io, name, e) < 0)
		return -1;
	(*in)->feed.from = from;
	return 0;
}

void
spt_in_close(struct spt_in *in)
{
	if (in == NULL)
		return;
	spt_control_fini(&in->item.control);
	spt__batch_get_fini(&in->get);
	spt_free(in->feed.io, in->forms);
	spt_schema_fini(&in->schema);
	spt_free(in->feed.io, in->feed.buf);
	spt_free(in->feed.io, in);
}

int
spt_in_fd(const struct spt_in *in)
{
	return in->feed.fd;
}

/* ---- failures ---------------------------------------------------------- */

/* What stands at pos is not a message of a stream. */
static int
not_a_stream(const struct spt_in *in, struct spt_err *e)
{
	const uint8_t *p = spt__feed_at(&in->feed);
	size_t n = spt__feed_held(&in->feed), printable = 0;
	char hex[3 * 4 + 1] = "";

	if (n >= 6 && memcmp(p, "ARROW1", 6) == 0)
		return spt_fail(e, SPT_EDATA,
		    "an Arrow file, not a stream (write it in the streaming "
		    "format)");
	if (n >= 8 && p[3] == 0 && p[2] == 0 && p[0] % 4 == 0 && p[4] != 0)
		return spt_fail(e, SPT_EDATA,
		    "not a stream, or one in the form before Arrow 0.15, "
		    "without continuation markers");
	if (n > GREETING)
		n = GREETING;
	while (printable < n && p[printable] >= 0x20 && p[printable] < 0x7f)
		printable++;
	if (printable != 0)
		return spt_fail(e, SPT_EDATA,
		    "not a stream (starts with \"%.*s\"...): put sread in "
		    "front",
		    (int)printable, (const char *)p);
	for (size_t i = 0; i < n && i < 4; i++)
		snprintf(hex + 3 * i, 4, " %02x", p[i]);
	return spt_fail(e, SPT_EDATA,
	    "not a stream (starts with the bytes%s): put sread in front", hex);
}

int
spt_in_cut(const struct spt_in *in, struct spt_err *e)
{
	uint64_t total =
	    spt__feed_position(&in->feed) + spt__feed_held(&in->feed);

	if (in->failed.kind != SPT_OK) {
		*e = in->failed;
		return -1;
	}
	if (total == 0)
		return spt_fail(e, SPT_EUPSTREAM,
		    "%s: no stream: the stage above ended before it wrote one",
		    in->feed.name);
	if (spt__feed_position(&in->feed) == 0 &&
	    memcmp(in->feed.buf, "\xff\xff\xff\xff", total < 4 ? total : 4) !=
		0) {
		not_a_stream(in, e);
		return spt_err_where(e, "%s", in->feed.name);
	}
	return spt_fail(e, SPT_EUPSTREAM,
	    "%s: ended without its end mark (byte %llu)", in->feed.name,
	    (unsigned long long)total);
}

/* A failure in the message at pos: adds the place, and keeps it. */
static int
failed_at(struct spt_in *in, struct spt_err *e)
{
	if (spt__feed_position(&in->feed) == 0)
		spt_err_where(e, "%s", in->feed.name);
	else
		spt_err_where(e, "%s: message at byte %llu", in->feed.name,
		    (unsigned long long)spt__feed_position(&in->feed));
	in->failed = *e;
	return -1;
}

/* ---- messages ---------------------------------------------------------- */

static int
read_mark(struct spt_in *in, struct spt_err *e)
{
	if (!in->has_schema)
		return spt_fail(
		    e, SPT_EDATA, "the end mark stands before any schema");
	if (spt__feed_held(&in->feed) > PREFIX)
		return spt_fail(e, SPT_EDATA, "bytes after the end mark");
	spt__feed_pass(&in->feed, PREFIX, 0);
	in->ended = true;
	return 0;
}

/* Opens the message at pos: 1 it is complete, 0 not yet (or the end), -1. */
static int
message(struct spt_in *in, struct spt_err *e)
{
	const uint8_t *p;
	uint32_t word[2];

	if (in->ended || spt__feed_held(&in->feed) < in->feed.need)
		return 0;
	p = spt__feed_at(&in->feed);
	if (in->opened) {
		in->m.fb.p = p + PREFIX; /* the buffer may have moved */
		return 1;
	}
	memcpy(word, p, sizeof word);
	if (word[0] != UINT32_MAX) {
		if (spt__feed_position(&in->feed) != 0)
			return spt_fail(e, SPT_EDATA,
			    "no continuation marker where one must be");
		if (!spt__feed_need(&in->feed, GREETING))
			return 0;
		return not_a_stream(in, e);
	}
	if (word[1] == 0)
		return read_mark(in, e);
	if (word[1] > SPT_IN_MAX_META || word[1] % 8 != 0)
		return spt_fail(e, SPT_EDATA,
		    "metadata of %u bytes (a multiple of 8, at most %u)",
		    word[1], SPT_IN_MAX_META);
	if (!spt__feed_need(&in->feed, PREFIX + (size_t)word[1]))
		return 0;
	if (spt__message_open(&in->m, p + PREFIX, word[1], e) < 0)
		return -1;
	in->opened = true;
	return spt__feed_need(&in->feed, in->feed.need + (size_t)in->m.body);
}

/* Done with the message at pos. */
static void
pass(struct spt_in *in)
{
	spt__feed_pass(&in->feed, in->feed.need, PREFIX);
	in->opened = false;
}

static int
schema(struct spt_in *in, struct spt_err *e)
{
	int rc;

	if (in->has_schema)
		return 1;
	rc = message(in, e);
	if (rc <= 0)
		return rc;
	if (spt__schema_get(&in->schema, &in->forms, &in->m, e) < 0 ||
	    spt__batch_get_init(
		&in->get, in->feed.io, &in->schema, in->forms, e) < 0)
		return -1;
	in->has_schema = true;
	pass(in);
	return 1;
}

/* The zero-row batch at pos: 1 an item, 0 it carries nothing, -1. */
static int
control(struct spt_in *in, struct spt_err *e)
{
	struct spt_control *c = &in->item.control;
	size_t budget = SPT_IN_MAX_META;
	struct spt_meta pairs;
	int rc;

	spt_meta_init(&pairs, in->feed.io);
	spt_control_fini(c);
	rc = spt__pairs_get(
	    &in->m.fb, &in->m.root, SPT__MESSAGE_PAIRS, &pairs, &budget, e);
	if (rc == 0)
		rc = spt_control_get(c, in->feed.io, &pairs, e);
	spt_meta_fini(&pairs);
	if (rc > 0) {
		in->item.kind = c->kind;
		in->controlled |= c->kind != SPT_ITEM_OTHER;
	}
	return rc;
}

/* The message at pos, which is complete: 1 an item, 0 nothing, -1. */
static int
item(struct spt_in *in, struct spt_err *e)
{
	struct spt_batch *b = &in->item.batch;

	if (in->m.type == SPT__ARROW_DICTIONARY)
		return spt_fail(e, SPT_EDATA,
		    "dictionary encoding is not supported (cast it above)");
	if (in->m.type != SPT__ARROW_BATCH)
		return spt_fail(e, SPT_EDATA,
		    "a message of type %d where a record batch must be",
		    in->m.type);
	if (spt__batch_get(&in->get, &in->m,
		spt__feed_at(&in->feed) + in->feed.need - in->m.body, b, e) < 0)
		return -1;
	if (b->rows == 0)
		return control(in, e);
	if (spt__pairs_find(&in->m.fb, &in->m.root, SPT__MESSAGE_PAIRS,
		SPT_KEY_KIND) != NULL)
		return spt_fail(e, SPT_EDATA, "a control batch with rows");
	if (in->m.fb.bad != NULL)
		return spt__message_bad(&in->m.fb, e);
	in->item.kind = SPT_ITEM_BATCH;
	return 1;
}

int
spt_in_schema(struct spt_in *in, const struct spt_schema **s, struct spt_err *e)
{
	int rc;

	if (in->failed.kind != SPT_OK) {
		*e = in->failed;
		return -1;
	}
	rc = schema(in, e);
	if (rc < 0)
		return failed_at(in, e);
	*s = &in->schema;
	return rc;
}

int
spt_in_next(struct spt_in *in, const struct spt_item **next, struct spt_err *e)
{
	const struct spt_schema *s;
	int rc = spt_in_schema(in, &s, e);

	if (rc <= 0)
		return rc;
	do {
		rc = message(in, e);
		if (rc == 0)
			return 0;
		if (rc > 0)
			rc = item(in, e);
		if (rc < 0)
			return failed_at(in, e);
		pass(in);
	} while (rc == 0);
	*next = &in->item;
	return 1;
}

/* ---- messages that nobody looks at ---------------------------------------
 */

int
spt_in_peek(struct spt_in *in, struct spt_batch *b, struct spt_err *e)
{
	int rc;

	if (in->failed.kind != SPT_OK || !in->opened || !in->has_schema)
		return 0;
	in->m.fb.p = spt__feed_at(&in->feed) + PREFIX;
	rc = spt__batch_peek(&in->get, &in->m, b, e);
	return rc < 0 ? failed_at(in, e) : rc;
}

size_t
spt_in_wanting(const struct spt_in *in)
{
	size_t held = spt__feed_held(&in->feed);

	return in->feed.need > held ? in->feed.need - held : 0;
}

void
spt__in_rest(
    const struct spt_in *in, struct iovec *held, struct spt_io_move *rest)
{
	const struct spt__feed *f = &in->feed;

	held->iov_base = f->buf + f->pos;
	held->iov_len = spt__feed_held(f);
	rest->from = f->fd;
	rest->from_name = f->name;
	rest->n = f->need - held->iov_len;
}

void
spt__in_passed(struct spt_in *in, size_t n)
{
	spt__feed_skip(&in->feed, n, PREFIX);
	in->opened = false;
}

bool
spt_in_ended(const struct spt_in *in)
{
	return in->ended;
}

/* ---- blocking ---------------------------------------------------------- */

int
spt_in_get(struct spt_in *in, const struct spt_item **next, struct spt_err *e)
{
	for (;;) {
		int rc = spt_in_next(in, next, e);

		if (rc != 0)
			return rc;
		if (in->ended)
			return 0;
		rc = spt_in_fill(in, e);
		if (rc <= 0)
			return rc < 0 ? -1 : spt_in_cut(in, e);
	}
}

int
spt_in_get_schema(
    struct spt_in *in, const struct spt_schema **s, struct spt_err *e)
{
	for (;;) {
		int rc = spt_in_schema(in, s, e);

		if (rc != 0)
			return rc;
		rc = spt_in_fill(in, e);
		if (rc <= 0)
			return rc < 0 ? -1 : spt_in_cut(in, e);
	}
}

/* ---- what there was -------------------------------------------------------
 */

int
spt_in_fill(struct spt_in *in, struct spt_err *e)
{
	return in->ended ? 0 : spt__feed_fill(&in->feed, e);
}

bool
spt_in_controlled(const struct spt_in *in)
{
	return in->controlled;
}

uint64_t
spt_in_bytes(const struct spt_in *in)
{
	return spt__feed_position(&in->feed);
}
