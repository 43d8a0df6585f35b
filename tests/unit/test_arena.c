#include "base/arena.h"
#include "base/hash.h"
#include "unit.h"

static struct spt_err err;

/* An io table whose memory ends after some allocations. */
struct short_memory {
	struct spt_io io;
	int left;
};

static void *
give(const struct spt_io *io, void *p, size_t n)
{
	int *left = io->ctx;

	if ((*left)-- <= 0)
		return NULL;
	return spt_io_system()->realloc(io, p, n);
}

static void
test_pieces(void)
{
	struct spt_arena a;
	uint8_t *p[2000];
	size_t n[2000];

	spt_arena_init(&a, spt_io_system());
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < 2000; i++) {
			n[i] = spt_hash_int(3, i) % 100;
			if (i % 97 == 0)
				n[i] *= 500;
			p[i] = spt_arena_get(&a, n[i], &err);
			CHECK(p[i] != NULL && (uintptr_t)p[i] % 8 == 0);
			if (p[i] != NULL && n[i] != 0)
				memset(p[i], (int)(i % 251), n[i]);
		}
		for (size_t i = 0; i < 2000; i++)
			for (size_t k = 0; k < n[i]; k++)
				if (p[i][k] != i % 251) {
					CHECK(!"pieces do not overlap");
					break;
				}
		CHECK(a.total > 100000 && a.total < 4000000);
		spt_arena_reset(&a);
		CHECK(a.total > 0 && a.total <= 1 << 20);
	}
	spt_arena_fini(&a);
	CHECK_INT(a.total, 0);
	spt_arena_fini(&a);
}

static void
test_copy(void)
{
	struct spt_arena a;
	char *s, *t;

	spt_arena_init(&a, spt_io_system());
	spt_arena_reset(&a);
	s = spt_arena_copy(&a, "hello", 6, &err);
	t = spt_arena_copy(&a, NULL, 0, &err);
	CHECK_STR(s, "hello");
	CHECK(t != NULL);
	/* After a reset the same block is used again. */
	spt_arena_reset(&a);
	CHECK(spt_arena_get(&a, 1, &err) == s);
	spt_arena_fini(&a);
}

static void
test_out_of_memory(void)
{
	struct short_memory m = { *spt_io_system(), 2 };
	struct spt_arena a;

	m.io.realloc = give;
	m.io.ctx = &m.left;
	spt_arena_init(&a, &m.io);
	CHECK(spt_arena_get(&a, SIZE_MAX, &err) == NULL);
	CHECK_INT(err.kind, SPT_ESYSTEM);
	spt_err_clear(&err);
	CHECK(spt_arena_get(&a, 10, &err) != NULL);
	CHECK(spt_arena_get(&a, 100000, &err) != NULL);
	CHECK(spt_arena_get(&a, 100000, &err) == NULL);
	CHECK_INT(err.kind, SPT_ESYSTEM);
	/* What there is goes on working. */
	spt_err_clear(&err);
	CHECK(spt_arena_get(&a, 10, &err) != NULL);
	spt_arena_fini(&a);
}

int
main(void)
{
	test_pieces();
	test_copy();
	test_out_of_memory();
	return DONE;
}
