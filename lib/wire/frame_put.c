/*
 * frame_put - a message on the wire:
 *
 *	u32	0xffffffff, the continuation marker
 *	u32	bytes of the flatbuffer, its padding included
 *	...	the flatbuffer: a Message table, padded to 8
 *	...	the body, padded to 8: somebody else's work
 */
#include "wire/frame_put.h"
#include "wire/in.h"

int
spt__frame_begin(struct spt__frame *f, struct spt_buf *out, int header_type,
    int64_t body, const struct spt_meta *pairs, struct spt_err *e)
{
	/* The marker, and the size, which frame_end knows. */
	static const uint8_t prefix[8] = { 0xff, 0xff, 0xff, 0xff };
	struct spt__slot message[] = {
		{ .id = 0, .size = 2, .value = SPT__ARROW_V5 },
		{ .id = 1, .size = 1, .value = header_type },
		{ .id = 2, .size = 4 },
		{ .id = 3, .size = 8, .value = body },
		{ .id = 4, .size = 4 },
	};
	bool any = pairs != NULL && pairs->n != 0;

	f->start = out->len;
	if (spt_buf_put(out, prefix, sizeof prefix, e) < 0 ||
	    spt__fbput_begin(&f->fb, out, e) < 0 ||
	    spt__fbput_table(&f->fb, 0, message, any ? 5 : 4, e) < 0)
		return -1;
	f->header = message[2].at;
	f->metadata = any ? message[4].at : 0;
	return 0;
}

int
spt__frame_pairs(struct spt__fbput *fb, size_t from,
    const struct spt_meta *pairs, struct spt_err *e)
{
	size_t at;

	if (spt__fbput_vector(fb, from, pairs->n, 4, &at, e) < 0)
		return -1;
	for (size_t i = 0; i < pairs->n; i++) {
		const struct spt_pair *p = &pairs->v[i];
		struct spt__slot pair[] = {
			{ .id = 0, .size = 4 },
			{ .id = 1, .size = 4 },
		};

		if (spt__fbput_table(fb, at + 4 * i, pair, 2, e) < 0 ||
		    spt__fbput_string(
			fb, pair[0].at, p->key, strlen(p->key), e) < 0 ||
		    spt__fbput_string(
			fb, pair[1].at, p->value, strlen(p->value), e) < 0)
			return -1;
	}
	return 0;
}

int
spt__frame_end(struct spt__frame *f, struct spt_err *e)
{
	struct spt_buf *out = f->fb.out;
	uint32_t size;

	if (spt__fbput_end(&f->fb, e) < 0)
		return -1;
	if (out->len - f->fb.start > SPT_IN_MAX_META)
		return spt_fail(e, SPT_EDATA,
		    "%zu bytes of names and metadata in one message "
		    "(at most %u)",
		    out->len - f->fb.start, SPT_IN_MAX_META);
	size = (uint32_t)(out->len - f->fb.start);
	memcpy(out->data + f->start + 4, &size, sizeof size);
	return 0;
}
