/*
 * Flatbuffers put and got back; what is damaged answers "absent".
 */
#include <stdlib.h>

#include "unit.h"
#include "wire/flatbuf_get.h"
#include "wire/flatbuf_put.h"

struct made {
	struct spt_buf buf;
	size_t start;
};

/* root { 0: i8 -3, 1: i16 -300, 2: i32 70000, 4: i64 -5e9, 5: "text",
 * 6: [tables { 0: i8 k }] x 3, 7: [i64 pairs] } */
static void
make(struct made *m, size_t before)
{
	struct spt__slot root[] = {
		{ .id = 0, .size = 1, .value = -3 },
		{ .id = 1, .size = 2, .value = -300 },
		{ .id = 2, .size = 4, .value = 70000 },
		{ .id = 4, .size = 8, .value = INT64_C(-5000000000) },
		{ .id = 5, .size = 4 },
		{ .id = 6, .size = 4 },
		{ .id = 7, .size = 4 },
	};
	struct spt_err e = { 0 };
	struct spt__fbput w;
	size_t at;

	spt_buf_init(&m->buf, spt_io_system());
	for (size_t i = 0; i < before; i++)
		CHECK(spt_buf_putc(&m->buf, 'x', &e) == 0);
	m->start = before;
	CHECK(spt__fbput_begin(&w, &m->buf, &e) == 0);
	CHECK(spt__fbput_table(&w, 0, root, 7, &e) == 0);
	CHECK(spt__fbput_string(&w, root[4].at, "text", 4, &e) == 0);
	CHECK(spt__fbput_vector(&w, root[5].at, 3, 4, &at, &e) == 0);
	for (size_t k = 0; k < 3; k++) {
		struct spt__slot one = {
			.id = 0, .size = 1, .value = (int64_t)k
		};

		CHECK(spt__fbput_table(&w, at + 4 * k, &one, 1, &e) == 0);
	}
	CHECK(spt__fbput_vector(&w, root[6].at, 2, 16, &at, &e) == 0);
	CHECK_INT(at % 8, 0);
	spt__fbput_i64(&w, at, 11);
	spt__fbput_i64(&w, at + 24, -22);
	CHECK(spt__fbput_end(&w, &e) == 0);
	CHECK_INT((m->buf.len - m->start) % 8, 0);
}

/* Asks everything; a sum, so that every answer is looked at. */
static uint64_t
ask(struct spt__fb *fb)
{
	struct spt__table root, t;
	uint64_t sum = 0;
	const char *s;
	size_t n, at;

	if (!spt__fb_root(fb, &root))
		return 0;
	sum += (uint64_t)spt__fb_int(fb, &root, 0, 1, 0);
	sum += (uint64_t)spt__fb_int(fb, &root, 1, 2, 0);
	sum += (uint64_t)spt__fb_int(fb, &root, 2, 4, 0);
	sum += (uint64_t)spt__fb_int(fb, &root, 4, 8, 0);
	s = spt__fb_string(fb, &root, 5, &n);
	if (s != NULL)
		sum += strlen(s);
	at = spt__fb_vector(fb, &root, 6, 4, &n);
	for (size_t i = 0; i < n; i++)
		if (spt__fb_element(fb, at, i, &t))
			sum += (uint64_t)spt__fb_int(fb, &t, 0, 1, 0);
	at = spt__fb_vector(fb, &root, 7, 16, &n);
	for (size_t i = 0; i < n; i++)
		sum += (uint64_t)spt__fb_i64(fb, at + 16 * i) +
		       (uint64_t)spt__fb_i64(fb, at + 16 * i + 8);
	return sum;
}

static void
test_round_trip(void)
{
	struct spt__table root, t;
	struct spt__fb fb = { 0 };
	struct made m;
	const char *s;
	size_t n, at;

	make(&m, 8);
	fb.p = m.buf.data + m.start;
	fb.n = m.buf.len - m.start;
	CHECK(spt__fb_root(&fb, &root));
	CHECK_INT(spt__fb_int(&fb, &root, 0, 1, 0), -3);
	CHECK_INT(spt__fb_int(&fb, &root, 1, 2, 0), -300);
	CHECK_INT(spt__fb_int(&fb, &root, 2, 4, 0), 70000);
	CHECK_INT(spt__fb_int(&fb, &root, 3, 4, 17), 17);
	CHECK_INT(spt__fb_int(&fb, &root, 4, 8, 0), INT64_C(-5000000000));
	CHECK_INT(spt__fb_int(&fb, &root, 99, 8, 18), 18);
	s = spt__fb_string(&fb, &root, 5, &n);
	CHECK_INT(n, 4);
	CHECK_STR(s, "text");
	CHECK(spt__fb_string(&fb, &root, 3, &n) == NULL);
	at = spt__fb_vector(&fb, &root, 6, 4, &n);
	CHECK_INT(n, 3);
	for (size_t k = 0; k < n; k++) {
		CHECK(spt__fb_element(&fb, at, k, &t));
		CHECK_INT(spt__fb_int(&fb, &t, 0, 1, 9), (int64_t)k);
	}
	at = spt__fb_vector(&fb, &root, 7, 16, &n);
	CHECK_INT(n, 2);
	CHECK_INT(spt__fb_i64(&fb, at), 11);
	CHECK_INT(spt__fb_i64(&fb, at + 24), -22);
	CHECK(!spt__fb_table(&fb, &root, 3, &t));
	CHECK(fb.bad == NULL);
	/* A field that is asked for with another size than it has room. */
	CHECK_INT(spt__fb_int(&fb, &root, 0, 8, 1), 1);
	CHECK(fb.bad != NULL);
	spt_buf_fini(&m.buf);
}

/* Every cut and every byte changed to many values, in exactly sized memory:
 * no access outside, as AddressSanitizer and valgrind see it. */
static void
test_damage(void)
{
	struct made m;
	uint8_t *p;
	uint64_t sum = 0;
	int bad = 0;

	make(&m, 0);
	for (size_t n = 0; n <= m.buf.len; n++) {
		struct spt__fb fb = { .n = n };

		p = malloc(n != 0 ? n : 1);
		CHECK(p != NULL);
		if (p == NULL)
			break;
		memcpy(p, m.buf.data, n);
		fb.p = p;
		sum += ask(&fb);
		if (n < m.buf.len)
			bad += fb.bad != NULL;
		free(p);
	}
	CHECK(bad > 100);
	p = malloc(m.buf.len);
	CHECK(p != NULL);
	if (p != NULL)
		memcpy(p, m.buf.data, m.buf.len);
	for (size_t i = 0; p != NULL && i < m.buf.len; i++) {
		for (unsigned v = 0; v < 256; v++) {
			struct spt__fb fb = { .p = p, .n = m.buf.len };

			p[i] = (uint8_t)v;
			sum += ask(&fb);
		}
		p[i] = m.buf.data[i];
	}
	CHECK(sum != 0);
	free(p);
	spt_buf_fini(&m.buf);
}

int
main(void)
{
	test_round_trip();
	test_damage();
	return DONE;
}
