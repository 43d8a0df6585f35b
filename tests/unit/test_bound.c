/* A table that lends no more than it was told. */
#include "unit.h"
#include "window/bound.h"

int
main(void)
{
	const struct spt_io *io;
	struct spt_bound b;
	struct spt_err e = { 0 };
	char *p, *q, *r;

	spt_bound_init(&b, spt_io_system(), 1000);
	io = &b.io;
	p = spt_alloc(io, 400, &e);
	q = spt_alloc_zero(io, 400, &e);
	CHECK(p != NULL && q != NULL && !b.hit);
	CHECK(b.used >= 800 && b.used <= 1000);
	memset(p, 'x', 400);
	r = spt_alloc(io, 400, &e);
	CHECK(r == NULL && b.hit);
	CHECK_INT(e.kind, SPT_ESYSTEM);
	spt_err_clear(&e);

	/* A piece that cannot grow is as it was. */
	CHECK(io->realloc(io, p, 700) == NULL);
	for (int i = 0; i < 400; i++)
		CHECK(p[i] == 'x');
	p = io->realloc(io, p, 500);
	CHECK(p != NULL && p[399] == 'x');
	p = io->realloc(io, p, 10);
	CHECK(p != NULL && p[9] == 'x');
	CHECK(b.used < 500);
	r = spt_alloc(io, 400, &e);
	CHECK(r != NULL);
	CHECK(io->realloc(io, NULL, SIZE_MAX - 8) == NULL);
	spt_free(io, p);
	spt_free(io, q);
	spt_free(io, r);
	spt_free(io, NULL);
	CHECK_INT(b.used, 0);
	return DONE;
}
